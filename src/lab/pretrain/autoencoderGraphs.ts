import { sizeOf } from "../backbone/kinds/layerKind";
import type { Activation, Layer, LayerGraph, LayerOf } from "../backbone/layerGraph";
import type { ImagePreprocessing } from "../backbone/preprocessing";
import type { Loss } from "../engine/engine";
import { type DenseBlock, denseBlocks } from "./denseBlocks";

/** A layer of a stack with a decoder behind it. */
export interface Autoencoder {
  readonly block: DenseBlock;
  /** Of the layer that is the code. */
  readonly units: number;
  /** Its output is what the loss reads. */
  readonly decoder: Layer;
  /** The same with the activation that the loss applies itself: gives what was to be restored. */
  readonly drawnDecoder: Layer;
  readonly graph: LayerGraph;
  readonly loss: Loss;
}

const inUnitInterval: readonly Activation[] = ["sigmoid", "hardSigmoid", "softmax"];

/** One for each layer of the stack, from the input on. @throws GraftError `pretrain/not-dense`. */
export function autoencoders(graph: LayerGraph, preprocessing: ImagePreprocessing): readonly Autoencoder[] {
  const blocks = denseBlocks(graph);
  return blocks.map((block, i): Autoencoder => {
    const below = blocks[i - 1];
    const bounded = below ? inUnitInterval.includes(lastActivation(below)) : pixelsInUnitInterval(preprocessing);
    const decoder: LayerOf<"Dense"> = {
      ...{ type: "Dense", name: `decoder of ${block.name}`, inputs: [block.graph.output], useBias: true },
      ...{ units: sizeOf(block.graph.input.shape), activation: "linear" },
    };
    return {
      block,
      units: unitsOf(block),
      decoder,
      drawnDecoder: bounded ? { ...decoder, activation: "sigmoid" } : decoder,
      graph: { ...block.graph, layers: [...block.graph.layers, decoder], output: decoder.name },
      loss: { name: bounded ? "sigmoidCrossEntropy" : "meanSquaredError" },
    };
  });
}

function unitsOf({ graph }: DenseBlock): number {
  return graph.layers.reduce((units, layer) => (layer.type === "Dense" ? layer.units : units), 0);
}

/** Of a block whose dropout does nothing outside of training. */
function lastActivation({ graph }: DenseBlock): Activation {
  const activations = graph.layers.flatMap((layer) => ("activation" in layer ? [layer.activation] : []));
  return activations.findLast((activation) => activation !== "linear") ?? "linear";
}

function pixelsInUnitInterval({ scale, offset }: ImagePreprocessing): boolean {
  const [scales, offsets] = [[scale].flat(), [offset].flat()];
  const ends = (channel: number): readonly number[] => {
    const [factor, addend] = [scales[channel] ?? scales[0]!, offsets[channel] ?? offsets[0]!];
    return [addend, 255 * factor + addend];
  };
  const channels = Math.max(scales.length, offsets.length);
  return Array.from({ length: channels }, (_, channel) => ends(channel))
    .flat()
    .every((end) => end >= 0 && end <= 1);
}
