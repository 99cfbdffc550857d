import { GraftError } from "../../shared/graftError";
import { checkFeatures, checkSampleWeights } from "./checkExamples";
import type { SolveHeadRequest } from "./engine";
import { checkLabels, checkSeveralClasses } from "./labels";

/** @throws GraftError when shapes, labels, weights of rows, the strength or the smoothing do not fit, or features are not finite. */
export function checkHeadRequest(request: SolveHeadRequest): void {
  const { features, labels, classes, l2, sampleWeights, labelSmoothing = 0, start } = request;
  const [rows = 0, width = 0] = features.shape;
  if (features.shape.length !== 2 || features.data.length !== rows * width) {
    throw new GraftError({
      code: "engine/input-shape",
      expected: "features of shape [n, width]",
      found: `shape [${features.shape.join(", ")}] with ${features.data.length} numbers`,
      remedy: "Flatten or pool the features first",
    });
  }
  checkLabels(labels, rows, classes, "features");
  checkSeveralClasses(labels);
  checkSampleWeights(sampleWeights, rows, "features");
  checkFeatures(features, rows, "training");
  if (!(l2 >= 0 && Number.isFinite(l2))) {
    throw new GraftError({
      code: "engine/l2",
      expected: "an l2 that is 0 or positive",
      found: String(l2),
      remedy: "Use for example 1e-3",
    });
  }
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new GraftError({
      code: "engine/label-smoothing",
      expected: "a labelSmoothing in [0, 1)",
      found: String(labelSmoothing),
      remedy: "Use for example 0.1",
    });
  }
  if (start && (start.kernel.data.length !== width * classes || start.bias.data.length !== classes)) {
    throw new GraftError({
      code: "engine/weight-shape",
      expected: `a start with a kernel [${width}, ${classes}] and a bias [${classes}]`,
      found: `[${start.kernel.shape.join(", ")}] and [${start.bias.shape.join(", ")}]`,
      remedy: "Start from a head for the same features and classes, or from none",
    });
  }
}
