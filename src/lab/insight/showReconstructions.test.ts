import { decode } from "fast-png";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ReconstructionsFigure } from "../../shared/figures/reconstructionsFigure";
import { installLabHost, labHost } from "../../shared/labHost";
import { FIGURE_MIME, type MimeBundle } from "../../shared/mimeBundle";
import type { Backbone } from "../backbone/backbone";
import { denseEncoder } from "../backbone/denseEncoder";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import type { ImagePreprocessing } from "../backbone/preprocessing";
import { Dataset } from "../data/dataset";
import type { Corruption } from "../engine/corruption";
import { autoencoders } from "../pretrain/autoencoderGraphs";
import { StackedAutoencoder } from "../pretrain/stackedAutoencoder";
import { HistoryLog } from "../train/historyLog";
import { LabRuntime } from "../train/labRuntime";
import { ScriptedEngine } from "../train/scriptedEngine";
import { showReconstructions } from "./showReconstructions";

const host = labHost();
let shown: MimeBundle[] = [];
beforeEach(() => {
  shown = [];
  installLabHost({ ...host, display: (bundle) => void shown.push(bundle) });
});
afterEach(() => installLabHost(host));

const [height, width, channels] = [1, 2, 3];
const images = Dataset.from({
  images: Uint8Array.from({ length: 20 * 6 }, (_, i) => (i * 7) % 256),
  imageShape: [height, width, channels],
  labels: new Array<number>(20).fill(0),
  classes: ["any"],
});
const graph: LayerGraph = {
  input: { name: "image", shape: [height, width, channels] },
  layers: [
    { type: "Flatten", name: "flatten", inputs: ["image"] },
    { type: "Dense", name: "one", inputs: ["flatten"], units: 6, useBias: true, activation: "linear" },
    { type: "Dense", name: "two", inputs: ["one"], units: 6, useBias: true, activation: "linear" },
  ],
  output: "two",
};

/** Each layer and decoder gives what it gets; the second decoder only half of it. */
function stack(noise: Corruption, preprocessing: ImagePreprocessing): StackedAutoencoder {
  const times = (layer: string, factor: number): Weights =>
    new Map([
      [`${layer}/kernel`, { shape: [6, 6], data: Float32Array.from({ length: 36 }, (_, i) => (i % 7 ? 0 : factor)) }],
      [`${layer}/bias`, { shape: [6], data: new Float32Array(6) }],
    ]);
  const trained = autoencoders(graph, preprocessing).map(({ block, decoder }) => ({
    ...{ block, decoder },
    weights: new Map([...times(block.name, 1), ...times(decoder.name, block.name === "two" ? 0.5 : 1)]),
  }));
  const weights = new Map([...times("one", 1), ...times("two", 1)]);
  const parts = { name: "stack", graph, weights, preprocessing };
  return new StackedAutoencoder(
    parts,
    trained,
    { history: new HistoryLog(), noise },
    new LabRuntime(new ScriptedEngine()),
  );
}

const bgr: ImagePreprocessing = { scale: [1 / 255, 2 / 255, 1 / 128], offset: [0, -1, 0.5], channelOrder: "bgr" };
const pixelsOf = (url: string) => decode(Buffer.from(url.split(",")[1]!, "base64"));

it("draws originals, corrupted ones and what came back from each depth, as pixels again", async () => {
  await showReconstructions(stack({ name: "masking", rate: 0 }, bgr), images, { indices: [4, 2] });
  const figure = shown[0]![FIGURE_MIME] as ReconstructionsFigure;
  expect(figure).toMatchObject({ indices: [4, 2], height, width, noise: "0 % of the numbers set to 0" });
  expect(figure.rows.map(({ name, depth, units }) => [name, depth, units])).toEqual([
    ["original", 0, undefined],
    ["corrupted", 0, undefined],
    ["one", 1, 6],
    ["two", 2, 6],
  ]);
  const [original, corrupted, one, two] = figure.rows;
  expect(original).not.toHaveProperty("errors");
  const picture = pixelsOf(original!.images[0]!);
  expect([picture.height, picture.width, picture.channels]).toEqual([28, 56, 3]);
  expect([...picture.data.slice(0, 3)]).toEqual([...images.image(4).slice(0, 3)]);
  expect([...picture.data.slice(-3)]).toEqual([...images.image(4).slice(3)]);
  expect(corrupted!.images).toEqual(original!.images);
  expect(one!.images).toEqual(original!.images);
  expect(one!.errors!.every((error) => error < 1e-10)).toBe(true);
  // Half of what the model takes, as pixels: blue comes first, and each channel has a scale of its own.
  const [red, green, blue] = images.image(4);
  const halved = [
    (blue! / 255 / 2) * 255,
    ((((green! * 2) / 255 - 1) / 2 + 1) * 255) / 2,
    ((red! / 128 + 0.5) / 2 - 0.5) * 128,
  ];
  const [r, g, b] = pixelsOf(two!.images[0]!).data;
  expect([b, g, r]).toEqual(halved.map((value) => Math.round(Math.max(0, value))));
  expect(two!.errors![0]).toBeGreaterThan(0.001);
  expect(shown[0]!["text/plain"]).toContain("corrupted");
  expect(shown[0]!["image/svg+xml"]).toContain(two!.images[1]!);
});

it("corrupts by the seed, and takes the first eight by default", async () => {
  const noisy = stack({ name: "gaussian", deviation: 0.1 }, { scale: 1 / 255, offset: 0 });
  await showReconstructions(noisy, images);
  await showReconstructions(noisy, images);
  await showReconstructions(noisy, images, { seed: 1 });
  const [first, again, other] = shown.map((bundle) => bundle[FIGURE_MIME] as ReconstructionsFigure);
  expect(first!.indices).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(first!.noise).toContain("standard deviation of 0.1");
  expect(again).toEqual(first);
  expect(other!.rows[0]).toEqual(first!.rows[0]);
  expect(other!.rows[1]).not.toEqual(first!.rows[1]);
  const mean = first!.rows[1]!.errors!.reduce((sum, error) => sum + error, 0) / 8;
  expect(mean).toBeGreaterThan(0.003);
  expect(mean).toBeLessThan(0.017);
});

const untrained: Backbone = denseEncoder({ inputShape: [height, width, channels], widths: [2] });

it.each([
  ["show/not-autoencoders", () => showReconstructions(untrained as never, images)],
  ["show/count", () => showReconstructions(stack({ name: "masking", rate: 0 }, bgr), images, { indices: [] })],
  ["data/index", () => showReconstructions(stack({ name: "masking", rate: 0 }, bgr), images, { indices: [20] })],
])("refuses by %s", async (code, run) => {
  await expect(run()).rejects.toMatchObject({ code });
});
