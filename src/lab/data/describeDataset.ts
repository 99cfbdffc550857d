/** What the notebook's side panels and printed text say of a dataset. */
import type { DatasetDescription, VariableContent } from "../../shared/sessionState";
import type { Dataset } from "./dataset";

export function datasetText(dataset: Dataset): string {
  const items = dataset.kind === "image" ? `images of ${dataset.imageShape.join(" x ")}` : "texts";
  return `Dataset: ${dataset.size.toLocaleString("en")} ${items}, ${dataset.classes.length} classes`;
}

export function datasetDescription(dataset: Dataset): DatasetDescription {
  const { id, size, classes, labels, kind } = dataset;
  const classCounts = classes.map(() => 0);
  for (const label of labels) classCounts[label]! += 1;
  const itemShape = kind === "image" ? [...dataset.imageShape] : [];
  return { kind: "dataset", id, size, classes, classCounts, itemKind: kind, itemShape };
}

export function datasetVariable(dataset: Dataset): VariableContent {
  const { kind, size, classes } = dataset;
  const content = {
    kind: "dataset",
    type: "Dataset",
    preview: `${classes.length} classes: ${classes.slice(0, 12).join(", ")}`,
  } as const;
  if (kind === "text") return { ...content, shape: [size], dtype: "string" };
  const shape = [size, ...dataset.imageShape];
  return { ...content, shape, dtype: "uint8", bytes: shape.reduce((product, side) => product * side, 1) };
}
