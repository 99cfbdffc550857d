import { GraftError } from "../../../shared/graftError";
import { pathTo } from "../../backbone/cutGraph";
import { layerOfWeight, placedLayers, type PlacedLayer } from "../../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../../backbone/layerGraph";
import type { Loss } from "../engine";
import { allFinite } from "../finite";
import { filled, type KeptWeights } from "../keptWeights";
import { factorKeys, type TrainedLayers } from "../lowRank";
import { type ParameterLayout, parameterLayout, type Slot } from "../parameterLayout";
import type { DivergenceCause } from "../trainingLoop";
import { onBackend } from "./backend";
import { CustomLayers } from "./customLayers";
import { forward, type Pass } from "./forward";
import { meanLoss } from "./losses";
import type { TensorLibrary, TfTensor } from "./tensorLibrary";
import { WeightTensors } from "./weightTensors";

/** What a step is computed from, beside weights. */
export interface StepInput {
  /** `[batch, …graph.input.shape]`. */
  readonly features: Tensor;
  /** `[batch]` class indices, `[batch, outputs]` values or `[batch, steps]` token ids. */
  readonly targets: Int32Array | Tensor;
  /** `[batch]`, factors of the rows' losses. Default 1. */
  readonly rowWeights?: Float32Array;
  /** Factors of a dropout layer, of `shape` with the batch. */
  readonly mask: (layer: string, shape: readonly number[]) => Float32Array;
}

export interface StepOutcome {
  /** Mean over the batch. */
  readonly loss: number;
  /** `[batch, …output]`. */
  readonly output: Float32Array;
  /** Of the mean loss, laid out as `layout.parameters`. */
  readonly gradient: Float32Array;
  /** Moved statistics, laid out as `layout.statistics`. */
  readonly statistics: Float32Array;
}

/**
 * Loss and gradients of a graph on tfjs, for one choice of trainable layers. Weights come and go as flat arrays: between two
 * calls no tensor of tfjs is alive but the frozen weights, so a cell's own tensors and scopes never meet the training's.
 */
export class GradientStep {
  readonly layout: ParameterLayout;
  readonly #tf: TensorLibrary;
  readonly #backend: string;
  readonly #graph: LayerGraph;
  readonly #layers: readonly PlacedLayer[];
  readonly #trainable: ReadonlySet<string>;
  readonly #loss: Loss;
  readonly #custom: CustomLayers;
  readonly #frozen: WeightTensors;

  /** @throws GraftError when the graph does not fit together, or a trainable weight has no influence on the output. */
  static async create(tf: TensorLibrary, backend: string, problem: Problem): Promise<GradientStep> {
    const custom = await CustomLayers.create(tf, placedLayers(problem.graph));
    try {
      return new GradientStep(tf, backend, problem, custom);
    } catch (error) {
      custom.dispose();
      throw error;
    }
  }

  /** @param custom Disposed with the step. Default: the graph has none. */
  constructor(
    tf: TensorLibrary,
    backend: string,
    { graph, weights, trainable, lowRank, loss }: Problem,
    custom = CustomLayers.none,
  ) {
    const layers = placedLayers(graph);
    const layout = parameterLayout(layers, { trainable, lowRank });
    checkInfluence(graph, layout);
    this.layout = layout;
    this.#tf = tf;
    this.#backend = backend;
    this.#graph = graph;
    this.#layers = layers;
    this.#trainable = new Set(trainable);
    this.#loss = loss;
    this.#custom = custom;
    this.#frozen = onBackend(tf, backend, () => new WeightTensors(tf, custom, layout.frozen, weights));
  }

  /** Trained weights and statistics as flat arrays. @throws GraftError when one is missing or has another shape. */
  initial(weights: Weights): KeptWeights {
    return { parameters: filled(this.layout.parameters, weights), statistics: filled(this.layout.statistics, weights) };
  }

  /** Loss, gradient and moved statistics for these weights, which stay as they are. */
  gradients(parameters: Float32Array, statistics: Float32Array, input: StepInput): StepOutcome {
    const tf = this.#tf;
    return onBackend(tf, this.#backend, () =>
      tf.tidy(() => {
        const trained = this.#tensors(this.layout.parameters, parameters);
        const state = new Map([...trained, ...this.#tensors(this.layout.statistics, statistics)]);
        const moved = statistics.slice();
        let output = new Float32Array();
        const lossOf = () => {
          const value = this.#forward(state, input, moved);
          output = Float32Array.from(value.dataSync());
          const { targets, rowWeights } = input;
          const wanted = "shape" in targets ? tensorOf(tf, targets) : tf.tensor1d(targets.slice(), "int32");
          return meanLoss(tf, this.#loss, value, wanted, rowWeights && tf.tensor1d(rowWeights.slice()));
        };
        const { value, grads } = tf.valueAndGrads(lossOf)([...trained.values()]);
        const gradient = new Float32Array(parameters.length);
        this.layout.parameters.forEach(({ offset }, i) => gradient.set(grads[i]!.dataSync(), offset));
        for (const slot of this.layout.statistics) this.#readCustom(slot, moved);
        return { loss: value.dataSync()[0]!, output, gradient, statistics: moved };
      }),
    );
  }

  /** Why the loss of this input is not finite: one more forward pass, which is only paid for when it happened. */
  diagnose(parameters: Float32Array, statistics: Float32Array, input: StepInput): DivergenceCause {
    if (!allFinite(input.features.data)) {
      const reader = this.#graph.layers.find(({ inputs }) => inputs.includes(this.#graph.input.name));
      return { what: "input", ...(reader && { layer: reader.name }) };
    }
    const tf = this.#tf;
    let found: DivergenceCause | undefined;
    onBackend(tf, this.#backend, () =>
      tf.tidy(() => {
        const state = new Map([
          ...this.#tensors(this.layout.parameters, parameters),
          ...this.#tensors(this.layout.statistics, statistics),
        ]);
        const isBad = (tensor: TfTensor) => !allFinite(Float32Array.from(tensor.dataSync()));
        this.#forward(state, input, statistics.slice(), (layer, value) => {
          if (found !== undefined) return;
          const weights = this.#layers.find((placed) => placed.layer.name === layer)!.weights;
          const weightOfLayer = (name: string) => this.#weight(state, `${layer}/${name}`);
          if (weights.some(({ name }) => isBad(weightOfLayer(name)))) found = { what: "weights", layer };
          else if (isBad(value)) found = { what: "value", layer };
        });
      }),
    );
    return found ?? { what: "loss" };
  }

  /** The output in inference mode, `[batch, outputs]`. */
  output({ parameters, statistics }: KeptWeights, features: Tensor): Float32Array {
    const tf = this.#tf;
    return onBackend(tf, this.#backend, () =>
      tf.tidy(() => {
        const state = new Map([
          ...this.#tensors(this.layout.parameters, parameters),
          ...this.#tensors(this.layout.statistics, statistics),
        ]);
        return Float32Array.from(forward(this.#pass(state), tensorOf(tf, features)).dataSync());
      }),
    );
  }

  dispose(): void {
    this.#frozen.dispose();
    this.#custom.dispose();
  }

  #forward(
    state: ReadonlyMap<string, TfTensor>,
    { features, mask }: StepInput,
    moved: Float32Array,
    onValue?: Pass["onValue"],
  ): TfTensor {
    const tf = this.#tf;
    const slots = new Map(this.layout.statistics.map((slot) => [slot.key, slot]));
    const training = {
      trainable: this.#trainable,
      mask: (layer: string, shape: readonly number[]) => tf.tensor(mask(layer, shape), [...shape]),
      update: (key: string, value: TfTensor) => moved.set(value.dataSync(), slots.get(key)!.offset),
    };
    return forward({ ...this.#pass(state), training, ...(onValue && { onValue }) }, tensorOf(tf, features));
  }

  #pass(state: ReadonlyMap<string, TfTensor>): Pass {
    return {
      tf: this.#tf,
      graph: this.#graph,
      layers: this.#layers,
      custom: this.#custom,
      weight: (key) => this.#weight(state, key),
    };
  }

  #weight(state: ReadonlyMap<string, TfTensor>, key: string): TfTensor {
    const update = this.layout.lowRank.find((candidate) => candidate.key === key);
    if (update === undefined) return state.get(key) ?? this.#frozen.get(key);
    const tf = this.#tf;
    const [a, b] = factorKeys(update).map((factor) => state.get(factor)!) as [TfTensor, TfTensor];
    const product = tf.reshape(tf.matMul(a, b), [...update.shape]);
    return tf.add(this.#frozen.get(key), tf.mul(product, update.scale));
  }

  #tensors(slots: readonly Slot[], flat: Float32Array): ReadonlyMap<string, TfTensor> {
    return new Map(
      slots.map(({ key, layer, spec, offset, size }) => {
        // A copy: the cpu backend computes on the array that it is given.
        const tensor = this.#tf.tensor(flat.slice(offset, offset + size), [...spec.shape]);
        return [key, this.#custom.assigned(layer.name, spec.name, tensor) ?? tensor];
      }),
    );
  }

  #readCustom({ layer, spec, offset }: Slot, moved: Float32Array): void {
    const variable = this.#custom.variable(layer.name, spec.name);
    if (variable !== undefined) moved.set(variable.dataSync(), offset);
  }
}

export interface Problem extends TrainedLayers {
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly loss: Loss;
}

function tensorOf(tf: TensorLibrary, { shape, data }: Tensor): TfTensor {
  return tf.tensor(data.slice(), [...shape]);
}

function checkInfluence(graph: LayerGraph, { parameters }: ParameterLayout): void {
  const onTheWay = new Set(pathTo(graph, graph.output).layers.map(({ name }) => name));
  const idle = parameters.find(({ key }) => !onTheWay.has(layerOfWeight(key)));
  if (idle === undefined) return;
  throw new GraftError({
    code: "engine/no-gradient",
    expected: `the output to depend on the trainable weight "${idle.key}"`,
    found: "no way from it to the output",
    remedy: "Leave the layer out of the trainable layers, or connect it",
  });
}
