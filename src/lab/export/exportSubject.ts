import { basename, extname } from "node:path";
import { Rng } from "../../shared/rng";
import { sizeOf } from "../backbone/kinds/layerKind";
import type { Tensor } from "../backbone/layerGraph";
import { preprocess, takesTexts } from "../backbone/preprocessing";
import { Dataset } from "../data/dataset";
import { tokenizerOf } from "../text/tokenizer";
import type { ModelCore } from "../train/modelCore";
import type { ExportSubject } from "./exporter";

/** How many images or texts an export is held against. */
const examples = 4;

/** A model as it stands, to be written at `path`. */
export function exportSubject(core: ModelCore, path: string): ExportSubject {
  const { graph, weights, classes, preprocessing, backbone, runtime } = core;
  return {
    ...{ graph, weights, engine: runtime.engine },
    about: { classes, preprocessing, backbone },
    // Keras takes no other names.
    name:
      basename(path, extname(path))
        .replace(/[^A-Za-z0-9_.-]/g, "_")
        .replace(/^[^A-Za-z]/, "m$&") || "model",
    examples: someInputs(core),
  };
}

/** Noise, preprocessed: every pixel and channel counts, or every token and place; the end of a text is padding. */
function someInputs({ graph, preprocessing }: ModelCore): Tensor {
  const rng = new Rng(1);
  const { shape } = graph.input;
  if (takesTexts(preprocessing)) {
    const { length } = preprocessing;
    const { vocabularySize } = tokenizerOf(preprocessing.tokenizer);
    const id = (i: number) => (i % length > 0 && i % length >= length - 2 ? 0 : rng.below(vocabularySize));
    return { shape: [examples, length], data: Float32Array.from({ length: examples * length }, (_, i) => id(i)) };
  }
  const images = Uint8Array.from({ length: examples * sizeOf(shape) }, () => rng.below(256));
  const labels = new Int32Array(examples);
  return preprocess(Dataset.from({ images, imageShape: shape, labels, classes: ["any"] }), preprocessing);
}
