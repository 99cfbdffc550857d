import { GraftError } from "../../shared/graftError";
import { valueShapes } from "../backbone/graphShapes";
import type { Layer, LayerGraph } from "../backbone/layerGraph";

/** A layer of a stack that becomes the code of an autoencoder. */
export interface DenseBlock {
  /** Of its Dense layer. */
  readonly name: string;
  /** From the value of the block before it (or the image) to its own, `[units]`. */
  readonly graph: LayerGraph;
}

const beforeTheFirst: readonly Layer["type"][] = ["Flatten", "Reshape", "Rescaling", "Activation", "Dropout", "Dense"];
const behindIt: readonly Layer["type"][] = ["Activation", "Dropout", "Dense"];

/**
 * A stack of Dense layers as blocks: each begins with its Dense layer, the first one with the input.
 *
 * @throws GraftError `pretrain/not-dense` naming the first layer that does not belong to such a stack.
 */
export function denseBlocks(graph: LayerGraph): readonly DenseBlock[] {
  const shapes = valueShapes(graph);
  const blocks: { name?: string; input: string; layers: Layer[] }[] = [{ input: graph.input.name, layers: [] }];
  let before = graph.input.name;
  for (const layer of graph.layers) {
    let block = blocks.at(-1)!;
    const allowed = block.name === undefined ? beforeTheFirst : behindIt;
    const follows = layer.inputs.length === 1 && layer.inputs[0] === before;
    const isRow = layer.type !== "Dense" || shapes.get(before)!.length === 1;
    if (!allowed.includes(layer.type) || !follows || !isRow) {
      throw notDense(`"${layer.name}" (${layer.type}${isRow ? "" : " over a sequence"})`);
    }
    if (layer.type === "Dense") {
      if (block.name !== undefined) blocks.push((block = { input: before, layers: [] }));
      block.name = layer.name;
    }
    block.layers.push(layer);
    before = layer.name;
  }
  return blocks.map(({ name, input, layers }): DenseBlock => {
    if (name === undefined) throw notDense("none");
    return { name, graph: { input: { name: input, shape: shapes.get(input)! }, layers, output: layers.at(-1)!.name } };
  });
}

export function notDense(found: string): GraftError {
  return new GraftError({
    code: "pretrain/not-dense",
    expected:
      "a stack of Dense layers on images, one behind the other, each with at most activation and dropout behind it",
    found,
    remedy: "Make one with denseEncoder({ inputShape, widths }); convolutions are not pre-trained as autoencoders here",
  });
}
