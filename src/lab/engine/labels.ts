import { GraftError } from "../../shared/graftError";

/** @throws GraftError when there are no rows, or not one class index in [0, classes) for each. */
export function checkLabels(labels: Int32Array, rows: number, classes: number, what: string): void {
  if (rows === 0) {
    throw new GraftError({
      code: "engine/no-rows",
      expected: `at least one row of ${what}`,
      found: "none",
      remedy: "Take more examples",
    });
  }
  if (labels.length !== rows) {
    throw new GraftError({
      code: "engine/label-count",
      expected: `${rows} labels for ${rows} rows of ${what}`,
      found: `${labels.length} labels`,
      remedy: "Give one label for each row",
    });
  }
  const wrong = labels.find((label) => label < 0 || label >= classes);
  if (wrong === undefined) return;
  throw new GraftError({
    code: "engine/label-range",
    expected: `labels from 0 to ${classes - 1} (${classes} classes)`,
    found: `label ${wrong}`,
    remedy: "Give the model as many classes as the data has",
  });
}

/** @throws GraftError when all labels are of one class: there is nothing to tell apart. */
export function checkSeveralClasses(labels: Int32Array): void {
  if (labels.some((label) => label !== labels[0])) return;
  throw new GraftError({
    code: "engine/one-class",
    expected: "examples of at least two classes to train on",
    found: `class ${labels[0]} alone, in all ${labels.length} rows`,
    remedy: "Take examples of the other classes too, or look at how the data was split",
  });
}
