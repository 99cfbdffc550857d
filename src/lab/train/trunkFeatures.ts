import { createHash } from "node:crypto";
import { weightsOf } from "../backbone/cutGraph";
import { valueShapes } from "../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { type Preprocessing, preprocess } from "../backbone/preprocessing";
import { graphHash } from "../backbone/weightsHash";
import type { Dataset } from "../data/dataset";
import type { LabRuntime } from "./labRuntime";

export interface Trunk {
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
}

/**
 * What the frozen trunk makes of each image, `[n, …]`. Each image crosses the trunk once: what is in the store is taken from
 * there, also when it came with another dataset. Where there is no trunk (the cut is at the input), these are the
 * preprocessed images themselves.
 */
export async function trunkFeatures(
  runtime: LabRuntime,
  trunk: Trunk,
  dataset: Dataset,
  onRows?: (done: number, total: number) => void,
): Promise<Tensor> {
  if (trunk.graph.layers.length === 0) return preprocess(dataset, trunk.preprocessing);
  const space = featureSpace(trunk);
  const shape = valueShapes(trunk.graph).get(trunk.graph.output)!;
  const items = Array.from({ length: dataset.size }, (_, i) => dataset.itemHash(i));
  const rows = new Map<string, Float32Array>();
  const missing = new Map<string, number>();
  (await runtime.store.read(space, items)).forEach((row, i) => {
    if (row === undefined) missing.set(items[i]!, i);
    else rows.set(items[i]!, row);
  });

  if (missing.size > 0) {
    const input = preprocess(dataset, trunk.preprocessing, [...missing.values()]);
    const computed = await runtime.engine.infer(trunk.graph, weightsOf(trunk.graph, trunk.weights), input, {
      interruptFlag: runtime.interruptFlag,
      onRows: (done) => onRows?.(done, missing.size),
    });
    runtime.trunkPasses += missing.size;
    const width = computed.data.length / missing.size;
    const names = [...missing.keys()];
    names.forEach((item, i) => rows.set(item, computed.data.subarray(i * width, (i + 1) * width)));
    await runtime.store.write(space, names, computed.data);
  }
  return gather(items, rows, shape);
}

/** Everything that decides what a feature is, apart from the image. */
function featureSpace(trunk: Trunk): string {
  return createHash("sha256")
    .update(JSON.stringify([trunk.preprocessing.scale, trunk.preprocessing.offset]))
    .update(graphHash(trunk.graph, trunk.weights))
    .digest("hex");
}

function gather(items: readonly string[], rows: ReadonlyMap<string, Float32Array>, shape: readonly number[]): Tensor {
  const width = shape.reduce((product, side) => product * side, 1);
  const data = new Float32Array(items.length * width);
  items.forEach((item, i) => data.set(rows.get(item)!, i * width));
  return { shape: [items.length, ...shape], data };
}
