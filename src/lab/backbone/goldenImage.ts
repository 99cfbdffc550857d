/**
 * The golden image: drawn by arithmetic on whole numbers, so that it is the same everywhere. What a backbone makes of it tells whether weights,
 * preprocessing, reader and engine still give the features that its card was written for.
 */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { GraftError } from "../../shared/graftError";
import { writeFileAtomically } from "../data/atomicFile";
import { Dataset } from "../data/dataset";
import { cacheFolder } from "../data/locations";
import type { Engine } from "../engine/engine";
import type { Backbone, BackboneParts } from "./backbone";
import { preprocess, takesTexts } from "./preprocessing";
import { graphHash } from "./weightsHash";

/** Of the largest expected number: engines and processors add in different orders. */
const tolerance = 1e-3;
const parts = 8;

/** Shades, a rectangle and a cross of `[height, width, channels]`, each channel its own way. */
export function goldenImage(shape: readonly number[]): Uint8Array {
  const [height = 1, width = 1, channels = 1] = shape;
  const image = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = 4 * y > height && 4 * y < 3 * height && 4 * x > width && 2 * x < width;
      const onCross = Math.abs(x * height - y * width) * 16 < width * height;
      for (let c = 0; c < channels; c++) {
        const shade = Math.floor((255 * ((c === 0 ? x : y) + (c === 2 ? x : 0))) / (width + height));
        image[(y * width + x) * channels + c] = onCross ? 255 : inside ? 200 - 60 * c : shade;
      }
    }
  }
  return image;
}

/** What a backbone of texts reads in its place. */
const goldenText = "The quick brown fox jumps over the lazy dog, 1234567890 times.";

/** Eight numbers for a card: the means of eight equal parts of the golden image's features, so that each feature counts. */
export async function goldenFeatures(
  engine: Engine,
  { graph, weights, preprocessing }: Pick<BackboneParts, "graph" | "weights" | "preprocessing">,
): Promise<number[]> {
  const { shape } = graph.input;
  const labelled = { labels: [0], classes: ["golden"] };
  const example = takesTexts(preprocessing)
    ? Dataset.fromTexts({ texts: [goldenText], ...labelled })
    : Dataset.from({ images: goldenImage(shape), imageShape: shape, ...labelled });
  const { data } = await engine.infer(graph, weights, preprocess(example, preprocessing));
  return Array.from({ length: Math.min(parts, data.length) }, (_, i) => {
    const part = data.slice(Math.floor((i * data.length) / parts), Math.floor(((i + 1) * data.length) / parts));
    return part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
  });
}

/**
 * Holds the backbone against the golden numbers of its card, once for these weights on this engine: that it passed is remembered in the
 * cache.
 *
 * @throws GraftError `backbone/golden`.
 */
export async function checkGolden(engine: () => Engine, backbone: Backbone, golden: readonly number[]): Promise<void> {
  const { graph, weights, preprocessing, name } = backbone;
  const key = createHash("sha256")
    .update(JSON.stringify([preprocessing, golden]))
    .update(graphHash(graph, weights))
    .digest("hex");
  const passed = join(cacheFolder(), "backbones", "golden", key);
  if ((await stat(passed).catch(() => undefined)) !== undefined) return;
  const found = await goldenFeatures(engine(), backbone);
  const largest = Math.max(...golden.map(Math.abs));
  const agrees =
    found.length === golden.length && found.every((value, i) => Math.abs(value - golden[i]!) <= tolerance * largest);
  if (!agrees) {
    throw new GraftError({
      code: "backbone/golden",
      expected: `the features [${rounded(golden)}] of the golden image from the backbone "${name}", within ${tolerance * 100} %`,
      found: `[${rounded(found)}]`,
      remedy:
        "Load it without options, or with the preprocessing of its card; if it differs then too, report it with the engine's name",
    });
  }
  // A cache that cannot be written costs a second check the next time, no more.
  await writeFileAtomically(passed, "").catch(() => undefined);
}

function rounded(values: readonly number[]): string {
  return values.map((value) => value.toPrecision(4)).join(", ");
}
