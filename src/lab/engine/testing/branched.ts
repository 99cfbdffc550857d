import type { Layer, LayerGraph } from "../../backbone/layerGraph";

/** A layer that reads the one before it, unless it says what it reads. */
export type Step = Layer extends infer Kind
  ? Kind extends Layer
    ? Omit<Kind, "inputs"> & { readonly inputs?: readonly string[] }
    : never
  : never;

/** A network with branches; its output is the last layer's. */
export function branched(shape: readonly number[], steps: readonly Step[]): LayerGraph {
  const layers = steps.map(({ inputs, ...step }, i) => ({
    ...step,
    inputs: inputs ?? [steps[i - 1]?.name ?? "input"],
  })) as readonly Layer[];
  return { input: { name: "input", shape }, layers, output: layers.at(-1)!.name };
}

/** The step, reading these layers. */
export function from<T extends object>(inputs: string | readonly string[], step: T) {
  return { ...step, inputs: typeof inputs === "string" ? [inputs] : inputs };
}
