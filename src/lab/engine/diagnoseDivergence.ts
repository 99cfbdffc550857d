import { layerOfWeight, placedLayers } from "../backbone/graphShapes";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import { inputName, writeForward, writeWeightInputs } from "./differentiate";
import type { Divergence } from "./engine";
import { allFinite } from "./finite";
import type { TrainedLayers } from "./lowRank";
import { GraphBuilder } from "./onnx/graphBuilder";
import { parameterLayout } from "./parameterLayout";
import type { Feeds, Runtime } from "./runtime";
import { writeUpdatedWeights } from "./writeLowRank";

type Finding = Pick<Divergence, "layer" | "what">;

interface Forward extends TrainedLayers {
  readonly batch: number;
}

/**
 * Why a loss is not finite: the first layer, in order, whose input from outside, weights or value are not. One more forward
 * pass in training mode over the batch, which is only paid for when it happened.
 *
 * @param feeds Weights as they were before the step, the batch and its dropout masks.
 */
export async function diagnoseDivergence(
  runtime: Runtime,
  graph: LayerGraph,
  options: Forward,
  feeds: Feeds,
): Promise<Finding> {
  if (!allFinite(feeds[inputName]!.data as Float32Array)) {
    const reader = graph.layers.find(({ inputs }) => inputs.includes(graph.input.name));
    return { what: "input", ...(reader && { layer: reader.name }) };
  }
  const session = await runtime.session(`diagnose ${JSON.stringify([graph, options])}`, () =>
    compileDiagnosis(graph, options),
  );
  const known = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
  const values = await session.run(Object.fromEntries(known));
  const { parameters, statistics, frozen } = parameterLayout(placedLayers(graph), options);
  const slots = [...parameters, ...statistics, ...frozen];
  for (const { name } of graph.layers) {
    const isBad = slots.some(({ key, layer }) => layer.name === name && !allFinite(feeds[key]!.data as Float32Array));
    if (isBad) return { what: "weights", layer: name };
    if (!allFinite(values[outputOf(name)]!.data as Float32Array)) return { what: "value", layer: name };
  }
  return { what: "loss" };
}

/** The first layer, in order, with weights that are not finite. */
export function layerWithBadWeights(graph: LayerGraph, weights: Weights): Finding {
  const bad = new Set([...weights].filter(([, { data }]) => !allFinite(data)).map(([key]) => layerOfWeight(key)));
  const first = graph.layers.find(({ name }) => bad.has(name));
  return { what: "weights", ...(first && { layer: first.name }) };
}

function outputOf(layer: string): string {
  return `difference of ${layer}`;
}

/** For each layer the sum of (x - x), which is 0 for finite values x and NaN for others. */
function compileDiagnosis(graph: LayerGraph, options: Forward): Uint8Array {
  const layers = placedLayers(graph);
  const builder = new GraphBuilder();
  const layout = parameterLayout(layers, options);
  const weights = writeUpdatedWeights(builder, layout.lowRank, writeWeightInputs(builder, layout));
  const { values } = writeForward(builder, graph, layers, options, weights);
  for (const { name } of graph.layers) {
    const value = values.get(name)!;
    const difference = builder.binary("Sub", value, value);
    builder.output(outputOf(name), builder.node("ReduceSum", [difference], [], { keepdims: 0 }));
  }
  return builder.toBytes("graft diagnosis");
}
