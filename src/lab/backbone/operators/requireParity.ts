/** That layers compute what the operators do that they were made from: held against each other on an image when a model is loaded. */
import { GraftError } from "../../../shared/graftError";
import { Rng } from "../../../shared/rng";
import { pathTo, weightsOf } from "../cutGraph";
import { featuresOf } from "../featureLayer";
import { sizeOf } from "../kinds/layerKind";
import type { LayerGraph, Tensor, Weights } from "../layerGraph";
import { runInference } from "../../engine/runInference";
import { Runtime } from "../../engine/runtime";
import { createTfjsEngine } from "../../engine/tfjs/tfjsEngine";
import { uncompilableLayer } from "../../engine/layers/layerTable";
import { inSourceOrder, type LayerValue, sourceShape } from "./layerValue";
import { isConstant, type Value } from "./operatorRule";
import type { OperatorSource } from "./operatorSource";

/** Largest difference that is let through, as a part of the largest number. */
const tolerance = 1e-4;
/** More than one: a batch that is fixed somewhere shows. */
const images = 2;

/** @throws GraftError `backbone/differs`. */
export async function requireParity(
  source: OperatorSource,
  { graph, weights }: { readonly graph: LayerGraph; readonly weights: Weights },
  values: ReadonlyMap<string, Value>,
): Promise<void> {
  const input = someImages(graph.input.shape);
  const channelsFirst = graph.input.shape.length === 3 && source.channelsFirst(source.graph.input.name);
  const inputValue = { layer: graph.input.name, shape: graph.input.shape, channelsFirst };
  const given = { shape: [images, ...sourceShape(inputValue)], data: inSourceOrder(inputValue, input.data) };
  // The features as well: what differs in them may not show behind a softmax.
  const layers = [...new Set([featuresOf(graph), graph.output])].filter((layer) => layer !== graph.input.name);
  const compared = layers.flatMap((layer) => namedValues(values, layer).slice(-1));
  const theirs = await source.run(
    given,
    compared.map(({ name }) => name),
  );
  for (const { name, value } of compared) {
    const part = pathTo(graph, value.layer);
    const ours = inSourceOrder(value, await computed(source.graph.origin, part, weightsOf(part, weights), input));
    const found = difference(ours, theirs.get(name)?.data ?? new Float32Array(0));
    if (found <= tolerance) continue;
    throw new GraftError({
      code: "backbone/differs",
      expected: `layers that compute what ${source.graph.origin} computes, within ${tolerance} of its largest number`,
      found: `a difference of ${found.toExponential(1)} in "${name}"`,
      remedy: "Report this with the model; converted to a tfjs LayersModel it may load",
    });
  }
}

/** What operators call the value of a layer, the last name last. */
function namedValues(
  values: ReadonlyMap<string, Value>,
  layer: string,
): { readonly name: string; readonly value: LayerValue }[] {
  return [...values].flatMap(([name, value]) => (isConstant(value) || value.layer !== layer ? [] : [{ name, value }]));
}

/** @throws GraftError `backbone/fixed-batch` where operators that are run as they are take one image only. */
async function computed(origin: string, graph: LayerGraph, weights: Weights, input: Tensor): Promise<Float32Array> {
  const runtime = new Runtime(1);
  try {
    const isOnTfjs = uncompilableLayer(graph) !== undefined;
    const rows = await (isOnTfjs
      ? createTfjsEngine().infer(graph, weights, input)
      : runInference(runtime, graph, weights, input));
    return rows.data;
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError({
      code: "backbone/fixed-batch",
      expected: `operators of ${origin} that take any number of images`,
      found: `that they do not take ${images} (${cause instanceof Error ? cause.message.split("\n")[0]! : String(cause)})`,
      remedy:
        'Export the model with a batch that is left open, e.g. dynamic_axes={"input": {0: "batch"}} of torch.onnx.export',
      cause,
    });
  } finally {
    await runtime.dispose();
  }
}

function someImages(shape: readonly number[]): Tensor {
  const rng = new Rng(1);
  return { shape: [images, ...shape], data: new Float32Array(images * sizeOf(shape)).map(() => rng.below(256) / 255) };
}

function difference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Infinity;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  return Number.isNaN(worst) ? Infinity : worst / largest;
}
