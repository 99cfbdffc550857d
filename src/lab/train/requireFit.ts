/** Whether a dataset fits a model: told before anything is computed. */
import { GraftError } from "../../shared/graftError";
import { fittedTo, type Preprocessing, takesTexts } from "../backbone/preprocessing";
import type { Dataset } from "../data/dataset";

/** What a backbone takes. */
interface Input {
  /** Name of the backbone, for messages. */
  readonly backbone: string;
  readonly graph: { readonly input: { readonly shape: readonly number[] } };
  readonly preprocessing: Preprocessing;
}

/** Whether examples are what the backbone takes, once they are fitted to it. Throws `train/input-kind`, `train/input-shape`. */
export function requireInput(dataset: Dataset, { backbone, graph, preprocessing }: Input): void {
  const kind = takesTexts(preprocessing) ? "text" : "image";
  if (dataset.kind !== kind) {
    throw new GraftError({
      code: "train/input-kind",
      expected: `${kind}s, as the backbone "${backbone}" takes them`,
      found: `${dataset.kind}s`,
      remedy: `Take a dataset of ${kind}s, or a backbone that takes ${dataset.kind}s`,
    });
  }
  const { shape } = graph.input;
  if (kind === "image") requireShape(fittedTo(dataset, preprocessing, shape), shape, backbone);
}

/** `shape`: `[height, width, channels]` of the images that the backbone takes. Throws `train/input-shape`. */
export function requireShape(dataset: Dataset, shape: readonly number[], backbone: string): void {
  const expected = shape.join(" x ");
  const found = dataset.imageShape.join(" x ");
  if (expected === found) return;
  throw new GraftError({
    code: "train/input-shape",
    expected: `images of ${expected} (height x width x channels), as the backbone "${backbone}" takes them`,
    found: `images of ${found}`,
    remedy: `Resize or convert the images: dataset.resize({ height: ${shape[0]}, width: ${shape[1]}, channels: ${shape[2]} }). Or load the backbone with preprocessing.fit, which says how images are to be brought to its size`,
  });
}

/** Throws `train/classes`. */
export function requireClasses(dataset: Pick<Dataset, "classes">, classes: readonly string[]): void {
  if (dataset.classes.join("\n") === classes.join("\n")) return;
  throw new GraftError({
    code: "train/classes",
    expected: `a dataset with the model's classes: ${classes.join(", ")}`,
    found: dataset.classes.join(", "),
    remedy: "Make the model with graft(backbone, { classes: dataset.classes })",
  });
}

/** Throws `train/empty`. `role`: `"training"` or `"validation"`. */
export function requireExamples(dataset: Dataset, role: string): void {
  if (dataset.size > 0) return;
  throw new GraftError({
    code: "train/empty",
    expected: `${role} data with at least one example`,
    found: "none",
    remedy: "Check how it was split off: a part of a small dataset can round to nothing",
  });
}

/** Throws `train/one-class`: nothing tells classes apart where there is one. */
export function requireSeveralClasses(dataset: Dataset): void {
  const [first] = dataset.labels;
  if (first === undefined || dataset.labels.some((label) => label !== first)) return;
  throw new GraftError({
    code: "train/one-class",
    expected: "training examples of at least two classes",
    found: `${dataset.size} of "${dataset.classes[first]!}" alone`,
    remedy: "Add examples of the other classes, or take a stratified sample: dataset.sample({ labels })",
  });
}
