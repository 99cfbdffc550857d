/** Which part of an image a model's answer comes from. */
import { pathTo, weightsOf } from "../backbone/cutGraph";
import type { Tensor } from "../backbone/layerGraph";
import { fittedTo, preprocess, takesTexts } from "../backbone/preprocessing";
import type { Dataset } from "../data/dataset";
import type { RawImage } from "../data/joinedImages";
import { largestIndex, softmax } from "../head/softmaxScore";
import type { Network } from "../train/forwardPass";
import { ProgressReport } from "../train/progressReport";
import { requireInput } from "../train/requireFit";
import { GraftError } from "../../shared/graftError";
import { gradCam } from "./gradCam";
import { lastMaps, requireMaps } from "./mapsLayer";
import { occlusion, type OcclusionOptions } from "./occlusion";

/** By which method, and of which class. */
export type ExplainOptions = {
  /** The class that is explained, by name or index. Default: the one that the model predicts, for each image. */
  readonly class?: string | number;
} & (
  | {
      /** Default `"gradCam"` (Selvaraju et al. 2017): quick, as fine as the maps of a layer. */
      readonly method?: "gradCam";
      /** Whose maps are read. Default: the last before the head that no pooling has made coarser. */
      readonly layer?: string;
    }
  /** Zeiler & Fergus 2014: some 170 forward passes an image, for every model. */
  | ({ readonly method: "occlusion" } & OcclusionOptions)
);

/** Where in one image the answer of a model comes from. */
export interface Explanation {
  /** In the dataset. */
  readonly index: number;
  readonly method: "gradCam" | "occlusion";
  /** Whose maps were read; Grad-CAM alone. */
  readonly layer?: string;
  /** Index of the class that is explained, into the model's classes. */
  readonly label: number;
  readonly name: string;
  /** Of this class, in [0, 1]. */
  readonly probability: number;
  /** `[height, width]`, in [0, 1]: 1 where the most speaks for the class; all 0 where nothing does. */
  readonly heat: Tensor;
  /** What the heat lies over: the image in the model's size. */
  readonly image: RawImage;
}

/** How many images are in memory with their maps at a time. */
const batch = 16;

/** Explanations of the images at `indices`, in that order. */
export async function explain(
  network: Network,
  model: { readonly classes: readonly string[]; readonly featureLayer: string },
  dataset: Dataset,
  indices: readonly number[],
  options: ExplainOptions,
): Promise<Explanation[]> {
  requireImages(network);
  requireIndices(dataset, indices);
  const chosen = options.class === undefined ? undefined : classIndex(options.class, model.classes);
  const { graph } = network;
  requireMethod(options.method);
  const isGradCam = options.method !== "occlusion";
  const layer = isGradCam ? requireMaps(graph, options.layer ?? lastMaps(graph, model.featureLayer)) : undefined;
  const images = fittedTo(dataset.select(indices), network.preprocessing, graph.input.shape);
  requireInput(images, network);
  const progress = new ProgressReport("Explaining");
  const explanations: Explanation[] = [];
  try {
    for (let from = 0; from < indices.length; from += batch) {
      const part = images.subset(from, Math.min(indices.length, from + batch));
      const input = preprocess(part, network.preprocessing);
      const answers = await answersTo(network, input, chosen);
      const heats = isGradCam
        ? await gradCam(
            network,
            input,
            answers.map(({ label }) => label),
            layer!,
          )
        : await occluded(network, part, answers, options, (done) =>
            progress.update((from + done) / indices.length, `image ${from + Math.ceil(done)} of ${indices.length}`),
          );
      answers.forEach(({ label, probability }, row) => {
        const [height, width, channels] = part.imageShape as readonly [number, number, number];
        explanations.push({
          index: indices[from + row]!,
          method: isGradCam ? "gradCam" : "occlusion",
          ...(layer === undefined ? {} : { layer }),
          ...{ label, name: model.classes[label]!, probability, heat: heats[row]! },
          image: { height, width, channels, data: part.image(row) },
        });
      });
      progress.update((from + answers.length) / indices.length, `${from + answers.length} of ${indices.length} images`);
    }
  } finally {
    progress.end(`${explanations.length} images explained`);
  }
  return explanations;
}

interface Answer {
  readonly label: number;
  readonly probability: number;
}

async function answersTo(network: Network, input: Tensor, chosen: number | undefined): Promise<readonly Answer[]> {
  const { runtime, weights } = network;
  const graph = pathTo(network.graph, network.graph.output);
  const { interruptFlag } = runtime;
  const logits = await runtime.engine.infer(graph, weightsOf(graph, weights), input, { interruptFlag });
  const { data, shape } = softmax(logits);
  const [rows, classes] = shape as readonly [number, number];
  return Array.from({ length: rows }, (_, row) => {
    const probabilities = data.subarray(row * classes, (row + 1) * classes);
    const label = chosen ?? largestIndex(probabilities);
    return { label, probability: probabilities[label]! };
  });
}

async function occluded(
  network: Network,
  images: Dataset,
  answers: readonly Answer[],
  options: OcclusionOptions,
  onImages: (done: number) => void,
): Promise<Tensor[]> {
  const heats: Tensor[] = [];
  for (const [row, { label }] of answers.entries()) {
    heats.push(
      await occlusion(network, images.image(row), label, options, (done, total) => onImages(row + done / total)),
    );
  }
  return heats;
}

function requireImages({ backbone, preprocessing }: Network): void {
  if (!takesTexts(preprocessing)) return;
  throw new GraftError({
    code: "explain/texts",
    expected: "a model of images, whose parts a heat map can lie over",
    found: `one on "${backbone}", which takes texts`,
    remedy: "Look at its errors instead: show.topLosses(model, dataset)",
  });
}

function requireIndices(dataset: Dataset, indices: readonly number[]): void {
  const stray = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= dataset.size);
  if (stray === undefined) return;
  throw new GraftError({
    code: "explain/index",
    expected: dataset.size === 0 ? "a dataset with examples" : `indices from 0 to ${dataset.size - 1}`,
    found: String(stray),
    remedy: "Choose an example of this dataset",
  });
}

function classIndex(wanted: string | number, classes: readonly string[]): number {
  const index = typeof wanted === "string" ? classes.indexOf(wanted) : wanted;
  if (Number.isInteger(index) && index >= 0 && index < classes.length) return index;
  throw new GraftError({
    code: "explain/class",
    expected: `one of the classes ${classes.join(", ")}, or an index from 0 to ${classes.length - 1}`,
    found: typeof wanted === "string" ? `"${wanted}"` : String(wanted),
    remedy: "Choose a class of this model, or leave it out for the predicted one",
  });
}

/** Cells run before their types are checked. */
function requireMethod(method: string | undefined): void {
  if (method === undefined || method === "gradCam" || method === "occlusion") return;
  throw new GraftError({
    code: "explain/method",
    expected: '"gradCam" or "occlusion"',
    found: `"${method}"`,
    remedy: "Choose one of them",
  });
}
