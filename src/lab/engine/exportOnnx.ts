import { type PlacedLayer, placedLayers, valueShapes } from "../backbone/graphShapes";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import { weightOf } from "./checkedGraph";
import { foldBatchNorm } from "./foldBatchNorm";
import { rulesOf } from "./layers/layerTable";
import type { LowRankUpdate } from "./lowRank";
import { GraphBuilder, type Value } from "./onnx/graphBuilder";
import { writeUpdatedWeights } from "./writeLowRank";

export interface ExportOptions {
  /** Name of the graph in the file. Default `"graft"`. */
  readonly name?: string;
}

/**
 * An ONNX file (operator set 18) that computes the graph in inference mode: one input, named as the graph's, `[batch, …shape]`
 * with images as `[batch, height, width, channels]`, and one output named `output`, laid out the same way. Batch norm is
 * folded into the layer before it where it can be.
 *
 * @throws GraftError when a weight is missing or a shape does not fit.
 */
export function exportOnnx(graph: LayerGraph, weights: Weights, options: ExportOptions = {}): Uint8Array {
  for (const { layer, weights: specs } of placedLayers(graph)) {
    for (const spec of specs) weightOf(weights, layer, spec);
  }
  const folded = foldBatchNorm({ graph, weights });
  return inferenceModel(folded.graph, options.name ?? "graft", (builder, { layer, weights: specs }) =>
    specs.map((spec) => {
      const { data } = weightOf(folded.weights, layer, spec);
      return builder.floats(data, spec.shape, `${layer.name}/${spec.name}`);
    }),
  );
}

/** The same model with its weights, and the factors of low-rank updates, as inputs, named `layer/weight`: one session for weights that change. */
export function exportWithWeightInputs(graph: LayerGraph, updates: readonly LowRankUpdate[] = []): Uint8Array {
  return inferenceModel(graph, "graft", (builder, { layer, weights: specs }) => {
    const own = updates.filter((update) => update.layer.name === layer.name);
    const inputs = new Map(
      [...specs, ...own.flatMap(({ a, b }) => [a, b])].map(({ name, shape }) => {
        const key = `${layer.name}/${name}`;
        return [key, builder.input(key, shape)] as const;
      }),
    );
    const updated = writeUpdatedWeights(builder, own, inputs);
    return specs.map(({ name }) => updated.get(`${layer.name}/${name}`)!);
  });
}

type WeightWriter = (builder: GraphBuilder, layer: PlacedLayer) => readonly Value[];

function inferenceModel(graph: LayerGraph, name: string, writeWeights: WeightWriter): Uint8Array {
  const builder = new GraphBuilder();
  const input = builder.input(graph.input.name, ["batch", ...graph.input.shape]);
  const isImage = graph.input.shape.length === 3;
  const values = new Map([[graph.input.name, isImage ? builder.transpose(input, [0, 3, 1, 2]) : input]]);
  for (const placed of placedLayers(graph)) {
    const { layer, inputShapes, outputShape, weights: specs } = placed;
    const weights = writeWeights(builder, placed);
    const weight = (wanted: string) => weights[specs.findIndex((spec) => spec.name === wanted)]!;
    const inputs = layer.inputs.map((input) => values.get(input)!);
    values.set(layer.name, rulesOf(layer).infer({ builder, inputShapes, outputShape, weight }, layer, inputs));
  }
  const output = values.get(graph.output)!;
  const outputIsImage = valueShapes(graph).get(graph.output)!.length === 3;
  builder.output("output", outputIsImage ? builder.transpose(output, [0, 2, 3, 1]) : output);
  return builder.toBytes(name);
}
