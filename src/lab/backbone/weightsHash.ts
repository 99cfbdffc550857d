import { createHash } from "node:crypto";
import type { Layer, LayerGraph, Tensor, Weights } from "./layerGraph";
import { weightNames } from "./graphShapes";

/** Hash of a layer's weights, batch-norm statistics included: equal exactly when every bit is equal. */
export function layerHash(layer: Layer, weights: Weights): string {
  const hash = createHash("sha256");
  for (const name of weightNames(layer)) {
    const tensor = weights.get(name);
    hash.update(tensor === undefined ? `${name} is missing` : tensorHash(name, tensor));
  }
  return hash.digest("hex");
}

/** Hash of what a graph computes: its layers with their settings, and their weights. */
export function graphHash(graph: LayerGraph, weights: Weights): string {
  const hash = createHash("sha256").update(JSON.stringify(graph));
  for (const layer of graph.layers) hash.update(layerHash(layer, weights));
  return hash.digest("hex");
}

function tensorHash(name: string, tensor: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return createHash("sha256")
    .update(`${name} ${tensor.shape.join("x")}`)
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest();
}
