import { decode } from "fast-png";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ExplanationFigure } from "../../shared/figure";
import { installLabHost, labHost } from "../../shared/labHost";
import { FIGURE_MIME, type MimeBundle } from "../../shared/mimeBundle";
import { Dataset } from "../data/dataset";
import type { Explanation } from "../explain/explain";
import { type Explained, showExplanation } from "./showExplanation";

const host = labHost();
let shown: MimeBundle[] = [];
beforeEach(() => {
  shown = [];
  installLabHost({ ...host, display: (bundle) => void shown.push(bundle) });
});
afterEach(() => installLabHost(host));

const [height, width] = [2, 4];
const dataset = Dataset.from({
  images: Uint8Array.from({ length: 8 * height * width }, (_, i) => i),
  imageShape: [height, width, 1],
  labels: [1, 0, 1, 0, 1, 0, 1, 0],
  classes: ["a", "b"],
});

/** Warm in the last pixel; the image at index 1 not at all. */
const model: Explained = {
  explain: (data, { indices }) =>
    Promise.resolve(
      indices.map((index): Explanation => ({
        ...{ index, method: "occlusion", label: 1, name: "b", probability: 0.75 },
        heat: { shape: [height, width], data: new Float32Array(8).fill(index === 1 ? 0 : 1, 7) },
        image: { height, width, channels: 1, data: data.image(index) },
      })),
    ),
};

const pixelsOf = (url: string) => decode(Buffer.from(url.split(",")[1]!, "base64"));

it("draws each image, and its heat where it is warm", async () => {
  const explanations = await showExplanation(model, dataset, { indices: [3, 1] });
  expect(explanations.map(({ index }) => index)).toEqual([3, 1]);
  const figure = shown[0]![FIGURE_MIME] as ExplanationFigure;
  expect(figure.examples).toMatchObject([
    { index: 3, height, width, warmest: [1, 3], name: "b", probability: 0.75, labelled: "a" },
    { index: 1, labelled: "a" },
  ]);
  expect(figure.examples[1]).not.toHaveProperty("warmest");
  const image = pixelsOf(figure.examples[0]!.image);
  expect([image.height, image.width, image.channels]).toEqual([84, 168, 1]);
  expect([image.data[0], image.data[83 * 168], image.data[84 * 168 - 1]]).toEqual([24, 28, 31]);
  const heat = pixelsOf(figure.examples[0]!.heat);
  const opacity = (row: number, column: number) => heat.data[4 * (row * 168 + column) + 3];
  expect([opacity(0, 0), opacity(83, 125), opacity(41, 167), opacity(83, 167), opacity(42, 126)]).toEqual([
    0, 0, 0, 215, 215,
  ]);
  expect(shown[0]!["text/plain"]).toContain("3: b 75 %, labelled a; warmest at row 1, column 3 of 2 x 4");
  expect(shown[0]!["image/svg+xml"]).toContain(figure.examples[0]!.heat);
});

it("takes the first six by default", async () => {
  const explanations = await showExplanation(model, dataset);
  expect(explanations.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
});
