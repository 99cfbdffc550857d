import { GraftError } from "../../shared/graftError";
import { valueShapes } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import { rowsOfInput } from "./checkedGraph";
import type { Examples, Features, Loss } from "./engine";
import { allFinite, firstNotFinite } from "./finite";
import { checkLabels } from "./labels";
import { targetsOfRow } from "./losses/lossRules";
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
  checkTargets(examples, loss, rows, valueShapes(graph).get(graph.output)!, what);
  checkSampleWeights(examples.sampleWeights, rows, what);
  checkFeatures(examples.features, rows, what);
  return rows;
}

function checkTargets(
  { targets }: Examples,
  loss: Loss | undefined,
  rows: number,
  outputShape: readonly number[],
  what: string,
): void {
  const rules = lossRules(loss);
  const isClasses = !("shape" in targets);
  const width = targetsOfRow(rules, outputShape);
  if (isClasses !== (rules.targets === "classes")) {
    throw new GraftError({
      code: "engine/target-kind",
      expected: rules.targets === "classes" ? "class indices as targets" : `targets of shape [${rows}, ${width}]`,
      found: isClasses ? "class indices" : `values of shape [${targets.shape.join(", ")}]`,
      remedy: "Choose the loss that fits the targets: softmax cross-entropy for classes, the others for values",
    });
  }
  if (isClasses) {
    checkLabels(targets, rows, width, `${what} features`);
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
  if (rows === 0) checkLabels(new Int32Array(), rows, width, `${what} features`);
  if (targets.shape.join() !== `${rows},${width}` || targets.data.length !== rows * width) {
    throw new GraftError({
      code: "engine/target-shape",
      expected: `${what} targets of shape [${rows}, ${width}]`,
      found: `shape [${targets.shape.join(", ")}] with ${targets.data.length} numbers`,
      remedy: "Give one row of targets for each row of features, one for each output or step of the model",
    });
  }
  const { expected, fits } = targetRange(loss, outputShape);
  const wrong = targets.data.findIndex((value) => !fits(value));
  if (wrong === -1) return;
  throw new GraftError({
    code: "engine/target-range",
    expected,
    found: `${targets.data[wrong]} in row ${Math.floor(wrong / width)} of the ${what} targets`,
    remedy: "Mend or leave out that row",
  });
}

function targetRange(loss: Loss | undefined, outputShape: readonly number[]) {
  if (loss?.name === "sigmoidCrossEntropy") {
    return { expected: "targets between 0 and 1", fits: (value: number) => value >= 0 && value <= 1 };
  }
  if (loss?.name !== "tokenCrossEntropy") return { expected: "targets that are finite numbers", fits: Number.isFinite };
  const vocabulary = outputShape.at(-1)!;
  return {
    expected: `token ids from 0 to ${vocabulary - 1} as targets, or -1 for none`,
    fits: (value: number) => Number.isInteger(value) && value >= -1 && value < vocabulary,
  };
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
