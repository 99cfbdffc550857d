import * as v from "valibot";
import { GraftError } from "../../../shared/graftError";
import type { Activation, PerChannel } from "../layerGraph";

export const kerasLayerSchema = v.looseObject({
  class_name: v.string(),
  config: v.looseObject({
    name: v.string(),
    batch_input_shape: v.optional(v.array(v.nullable(v.number()))),
  }),
  inbound_nodes: v.optional(v.array(v.unknown())),
});

export type KerasLayer = v.InferOutput<typeof kerasLayerSchema>;

const activations: Readonly<Record<string, Activation>> = {
  linear: "linear",
  relu: "relu",
  relu6: "relu6",
  leaky_relu: "leakyRelu",
  elu: "elu",
  selu: "selu",
  gelu: "gelu",
  gelu_new: "geluTanh",
  swish: "swish",
  silu: "swish",
  hard_swish: "hardSwish",
  hard_silu: "hardSwish",
  sigmoid: "sigmoid",
  hard_sigmoid: "hardSigmoid",
  tanh: "tanh",
  softmax: "softmax",
};

/** As Keras writes it. */
export function kerasActivation(activation: Activation): string {
  return Object.entries(activations).find(([, own]) => own === activation)![0];
}

/** Reads settings of one Keras layer; what is absent has Keras' default, what is unknown is refused. */
export class KerasSettings {
  readonly layer: KerasLayer;
  /** Classes that are known, for the message. */
  readonly #known: readonly string[];

  constructor(layer: KerasLayer, known: readonly string[]) {
    this.layer = layer;
    this.#known = known;
  }

  refuse(what?: string): never {
    throw new GraftError({
      code: "backbone/unsupported-layer",
      expected: `only layers of these kinds: ${this.#known.join(", ")}`,
      found: `${this.layer.class_name} "${this.layer.config.name}"${what === undefined ? "" : ` with ${what}`}`,
      remedy:
        what === undefined
          ? `Use a backbone without it; if the class is yours, run tf.serialization.registerClass(${this.layer.class_name}) before`
          : "Use a backbone without it",
    });
  }

  number(setting: string, fallback?: number): number {
    const value = this.layer.config[setting] ?? fallback;
    return typeof value === "number" ? value : this.refuse(`${setting} ${JSON.stringify(value)}`);
  }

  /** Undefined where the setting is absent or null. */
  optionalNumber(setting: string): number | undefined {
    const value = this.layer.config[setting] ?? undefined;
    return value === undefined ? undefined : this.number(setting);
  }

  boolean(setting: string, fallback: boolean): boolean {
    const value = this.layer.config[setting] ?? fallback;
    return typeof value === "boolean" ? value : this.refuse(`${setting} ${JSON.stringify(value)}`);
  }

  numbers(setting: string): readonly number[] {
    const given: unknown = this.layer.config[setting];
    // Arrays of numpy are written as lists in lists: [[[1, 2, 3]]].
    const value: unknown = Array.isArray(given) ? given.flat(Infinity) : given;
    if (Array.isArray(value) && value.every((side): side is number => typeof side === "number")) return value;
    return this.refuse(`${setting} ${JSON.stringify(value)}`);
  }

  /** One number, or one for each channel. */
  perChannel(setting: string, fallback?: number): PerChannel {
    const value: unknown = this.layer.config[setting] ?? fallback;
    return typeof value === "number" ? value : this.numbers(setting);
  }

  pair(setting: string, fallback?: readonly [number, number]): readonly [number, number] {
    const value: unknown = this.layer.config[setting] ?? fallback;
    if (typeof value === "number") return [value, value];
    if (Array.isArray(value) && value.length === 2) return [Number(value[0]), Number(value[1])];
    return this.refuse(`${setting} ${JSON.stringify(value)}`);
  }

  padding(): "same" | "valid" {
    const value = this.layer.config.padding ?? "valid";
    return value === "same" || value === "valid" ? value : this.refuse(`padding ${JSON.stringify(value)}`);
  }

  activation(): Activation {
    const value = this.layer.config.activation ?? "linear";
    const known = typeof value === "string" ? activations[value] : undefined;
    return known ?? this.refuse(`activation ${JSON.stringify(value)}`);
  }

  /** A setting that, where it is present, must have this value (a number also in each element of an array). */
  mustBe(setting: string, wanted: unknown): void {
    const value = this.layer.config[setting];
    if (value === undefined || value === wanted) return;
    if (Array.isArray(value) && value.every((element) => element === wanted)) return;
    this.refuse(`${setting} ${JSON.stringify(value)}`);
  }
}
