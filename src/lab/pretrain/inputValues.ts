import type { Backbone } from "../backbone/backbone";
import type { Tensor } from "../backbone/layerGraph";
import type { Dataset } from "../data/dataset";
import type { LabRuntime } from "../train/labRuntime";
import { requireExamples, requireInput } from "../train/requireFit";
import { trunkFeatures } from "../train/trunkFeatures";

/** What a backbone reads of each image, `[n, height, width, channels]`. @throws GraftError `train/input-kind`, `train/input-shape`, `train/empty`, `train/cache-memory`. */
export function inputValues(
  runtime: LabRuntime,
  { graph, name, preprocessing }: Backbone,
  dataset: Dataset,
): Promise<Tensor> {
  const { input } = graph;
  requireExamples(dataset, "unlabelled");
  requireInput(dataset, { backbone: name, graph, preprocessing });
  const nothing = { input, layers: [], output: input.name };
  return trunkFeatures(runtime, { graph: nothing, weights: new Map(), preprocessing }, dataset);
}
