/**
 * Grad-CAM (Selvaraju et al. 2017, section 3): each map of a layer counts as much as the class's logit grows with it, on average over
 * the map; where the weighted sum is positive, the image speaks for the class.
 */
import { cutGraph, type CutGraph, pathTo, weightsOf } from "../backbone/cutGraph";
import { valueShapes } from "../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { inputGradient } from "../engine/tfjs/inputGradient";
import type { Network } from "../train/forwardPass";
import { GraftError } from "../../shared/graftError";
import { enlarged, heatMap } from "./heatMap";

/**
 * A heat map of each image.
 *
 * @param images Preprocessed, `[n, height, width, channels]`.
 * @param labels `[n]`, the class that each is explained for.
 * @throws GraftError `explain/no-gradients`.
 */
export async function gradCam(
  { graph, weights, runtime }: Network,
  images: Tensor,
  labels: readonly number[],
  layer: string,
): Promise<Tensor[]> {
  const cut = cutBehind(graph, layer);
  const { interruptFlag } = runtime;
  const values = await runtime.engine.infer(cut.trunk, weightsOf(cut.trunk, weights), images, { interruptFlag });
  const gradient = await gradientOf(cut.tail, weightsOf(cut.tail, weights), values, labels);
  const [height, width, channels] = valueShapes(graph).get(layer)! as readonly [number, number, number];
  const rowSize = values.data.length / labels.length;
  const from = offsetOf(cut, layer);
  const [imageHeight, imageWidth] = graph.input.shape as readonly [number, number, number];
  return labels.map((_, row) => {
    const start = row * rowSize + from;
    const part = ({ data }: Tensor) => data.subarray(start, start + height * width * channels);
    const values2d = weightedSum(part(values), part(gradient), channels);
    return heatMap(enlarged({ values: values2d, height, width }, imageHeight, imageWidth), imageHeight, imageWidth);
  });
}

/** Everything that reads the layer's value is the tail. */
function cutBehind(graph: LayerGraph, layer: string): CutGraph {
  const readers = pathTo(graph, graph.output).layers.filter(({ inputs }) => inputs.includes(layer));
  return cutGraph(graph, new Set(readers.map(({ name }) => name)));
}

/** Where the layer's value begins in a row of those that cross. */
function offsetOf({ tail }: CutGraph, layer: string): number {
  const unpack = tail.layers.find(({ type, name }) => type === "Unpack" && name === layer);
  return unpack?.type === "Unpack" ? unpack.offset : 0;
}

function weightedSum(maps: Float32Array, gradient: Float32Array, channels: number): Float32Array {
  const places = maps.length / channels;
  const factors = new Float64Array(channels);
  for (let i = 0; i < gradient.length; i++) factors[i % channels]! += gradient[i]! / places;
  return Float32Array.from({ length: places }, (_, place) =>
    factors.reduce((sum, factor, channel) => sum + factor * maps[place * channels + channel]!, 0),
  );
}

async function gradientOf(
  tail: LayerGraph,
  weights: Weights,
  values: Tensor,
  labels: readonly number[],
): Promise<Tensor> {
  const without = tail.layers.find(({ type }) => type === "NearestNeighbors");
  if (without !== undefined) throw noGradients(`"${without.name}", which looks up nearest neighbours`);
  try {
    return await inputGradient(tail, weights, values, labels);
  } catch (error) {
    // tfjs knows no gradient of some operations, which it finds out on the way.
    if (!/gradient/i.test((error as Error).message)) throw error;
    throw noGradients((error as Error).message, error);
  }
}

function noGradients(found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "explain/no-gradients",
    expected: "layers behind the maps that have gradients",
    found,
    remedy: 'Use method: "occlusion", which needs none',
    cause,
  });
}
