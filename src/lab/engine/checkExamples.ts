import { GraftError } from "../../shared/graftError";
import { valueShapes } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import { rowsOfInput } from "./checkedGraph";
import type { Examples, Features, Loss } from "./engine";
import { allFinite, firstNotFinite } from "./finite";
import { checkLabels } from "./labels";
import { lossRules } from "./losses/lossTable";
import { isInMemory, openRows } from "./rowReader";

/**
 * Answers how many rows there are.
 *
 * @param what `"training"` or `"validation"`; for training, one class alone among the labels is an error.
 * @throws GraftError when features, targets or weights of rows do not fit the graph and the loss, or are not finite.
 */
export function checkExamples(graph: LayerGraph, loss: Loss | undefined, examples: Examples, what: string): number {
  const rows = rowsOfInput(`${what} features`, examples.features, graph.input.shape);
  const [outputs = 1] = valueShapes(graph).get(graph.output)!;
  checkTargets(examples, loss, rows, outputs, what);
  checkSampleWeights(examples.sampleWeights, rows, what);
  checkFeatures(examples.features, rows, what);
  return rows;
}

function checkTargets(
  { targets }: Examples,
  loss: Loss | undefined,
  rows: number,
  outputs: number,
  what: string,
): void {
  const wanted = lossRules(loss).targets;
  const isClasses = !("shape" in targets);
  if (isClasses !== (wanted === "classes")) {
    throw new GraftError({
      code: "engine/target-kind",
      expected: wanted === "classes" ? "class indices as targets" : `targets of shape [${rows}, ${outputs}]`,
      found: isClasses ? "class indices" : `values of shape [${targets.shape.join(", ")}]`,
      remedy: "Choose the loss that fits the targets: softmax cross-entropy for classes, the others for values",
    });
  }
  if (isClasses) {
    checkLabels(targets, rows, outputs, `${what} features`);
    if (what === "training" && targets.every((label) => label === targets[0])) {
      throw new GraftError({
        code: "engine/one-class",
        expected: "examples of at least two classes to train on",
        found: `class ${targets[0]} alone, in all ${rows} rows`,
        remedy: "Take examples of the other classes too, or look at how the data was split",
      });
    }
    return;
  }
  if (rows === 0) checkLabels(new Int32Array(), rows, outputs, `${what} features`);
  if (targets.shape.join() !== `${rows},${outputs}` || targets.data.length !== rows * outputs) {
    throw new GraftError({
      code: "engine/target-shape",
      expected: `${what} targets of shape [${rows}, ${outputs}]`,
      found: `shape [${targets.shape.join(", ")}] with ${targets.data.length} numbers`,
      remedy: "Give one row of targets for each row of features, as wide as the model's output",
    });
  }
  const isProbability = loss?.name === "sigmoidCrossEntropy";
  const wrong = targets.data.findIndex(
    (value) => !Number.isFinite(value) || (isProbability && (value < 0 || value > 1)),
  );
  if (wrong === -1) return;
  throw new GraftError({
    code: "engine/target-range",
    expected: isProbability ? "targets between 0 and 1" : "targets that are finite numbers",
    found: `${targets.data[wrong]} in row ${Math.floor(wrong / outputs)} of the ${what} targets`,
    remedy: "Mend or leave out that row",
  });
}

export function checkSampleWeights(weights: Float32Array | undefined, rows: number, what: string): void {
  if (weights === undefined) return;
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (weights.length === rows && wrong === -1) return;
  throw new GraftError({
    code: "engine/sample-weights",
    expected: `${rows} sample weights for ${rows} rows of ${what}, none negative`,
    found: wrong === -1 ? `${weights.length}` : `${weights[wrong]} for row ${wrong}`,
    remedy: "Give each row a weight of 0 or more; 1 is the usual one",
  });
}

export function checkFeatures(features: Features, rows: number, what: string): void {
  const width = features.shape.slice(1).reduce((product, length) => product * length, 1);
  const row = isInMemory(features)
    ? Math.floor(firstNotFinite(features.data) / width)
    : firstBadStoredRow(features, rows, width);
  if (row < 0) return;
  throw new GraftError({
    code: "engine/not-finite",
    expected: `${what} features that are finite numbers`,
    found: `NaN or infinity in row ${row}`,
    remedy: "Mend or leave out that row; look at how it was made, a division by 0 for example",
  });
}

function firstBadStoredRow(features: Features, rows: number, width: number): number {
  const reader = openRows(features);
  const buffer = new Float32Array(width);
  try {
    for (let row = 0; row < rows; row++) {
      reader.read(row, buffer, 0);
      if (!allFinite(buffer)) return row;
    }
    return -1;
  } finally {
    reader.close();
  }
}
