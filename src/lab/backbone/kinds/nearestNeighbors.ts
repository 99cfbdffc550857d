import type { LayerOf } from "../layerGraph";
import type { LayerKind } from "./layerKind";
import { asFlat, onlyInput } from "./shapeError";

/** What cosine similarities are divided by before they weigh votes (Wu et al. 2018, arXiv:1805.01978, section 3.4). */
export const TEMPERATURE = 0.07;
/** What a class without a vote counts, where the nearest example counts 1: no class is impossible. */
export const SMALLEST_VOTE = 0.01;
/** Where features are shorter than this their direction says nothing. */
export const SMALLEST_LENGTH = 1e-12;

export const nearestNeighbors: LayerKind<LayerOf<"NearestNeighbors">> = {
  outputShape(layer, inputs) {
    asFlat(layer, onlyInput(layer, inputs));
    return [layer.classes];
  },
  weightNames: () => ["examples", "labels", "centre", "class_weights"],
  weightShapes(layer, inputs) {
    const width = asFlat(layer, onlyInput(layer, inputs));
    return {
      examples: [layer.examples, width],
      labels: [layer.examples],
      centre: [width],
      class_weights: [layer.classes],
    };
  },
};
