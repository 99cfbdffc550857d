import { build } from "esbuild";
import { expect, it } from "vitest";
import { openChromium } from "./chromium";

/** What `compare` in the page answers. */
interface Comparison {
  /** Mean difference of a channel, in bytes, over the pixels that either of them has drawn. */
  readonly difference: number;
  /** Pixels that the first and the second have drawn. */
  readonly drawn: readonly [number, number];
}

/** Draws the same scene with both painters. */
const script = `
import { Camera } from "./camera";
import { LEVEL } from "./painter";
import { RasterPainter } from "./rasterPainter";
import { WebGlPainter } from "./webGlPainter";

const size = 400, width = 600, height = 400;
globalThis.compare = (dims) => {
  const points = Float32Array.from({ length: size * dims }, (_, i) => 40 * Math.sin(i * (7 + dims)) + (i % 3));
  const colours = Uint8Array.from({ length: 4 * size }, (_, i) => (i % 4 === 3 ? 255 : (i * 53) % 200));
  const shapes = Uint8Array.from({ length: size }, (_, i) => i % 6);
  const levels = Uint8Array.from({ length: size }, (_, i) => [LEVEL.hidden, LEVEL.faint, LEVEL.plain, LEVEL.strong][i % 4]);
  const camera = new Camera(dims);
  camera.frame(points);
  const stage = { width, height };
  const scene = { ...stage, matrix: camera.matrix(stage), diameter: 12, depths: camera.depths, background: [255, 255, 255], moving: false };
  const pictures = [new WebGlPainter(), new RasterPainter()].map((painter) => {
    const canvas = Object.assign(document.createElement("canvas"), stage);
    const context = canvas.getContext("2d", { alpha: false });
    painter.setPoints(points, dims);
    painter.setLooks({ colours, shapes, levels });
    painter.paint(context, scene);
    return context.getImageData(0, 0, width, height).data;
  });
  let sum = 0, either = 0;
  const drawn = [0, 0];
  for (let i = 0; i < 4 * width * height; i += 4) {
    const has = pictures.map((data) => data[i] + data[i + 1] + data[i + 2] < 740);
    has.forEach((is, k) => (drawn[k] += is ? 1 : 0));
    if (!has[0] && !has[1]) continue;
    either++;
    for (let c = 0; c < 3; c++) sum += Math.abs(pictures[0][i + c] - pictures[1][i + c]) / 3;
  }
  return { difference: sum / either, drawn };
};`;

it("the graphics card and the processor draw the same picture", async () => {
  const resolveDir = new URL("../../src/renderer/embedding", import.meta.url).pathname;
  const built = await build({ stdin: { contents: script, resolveDir }, bundle: true, write: false, format: "iife" });
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: built.outputFiles[0]!.text });
    for (const dims of [2, 3]) {
      const { difference, drawn } = await page.evaluate(
        (dims) => (globalThis as unknown as { compare(dims: number): Comparison }).compare(dims),
        dims,
      );
      expect(drawn[0]).toBeGreaterThan(8_000);
      expect(drawn[1] / drawn[0]).toBeGreaterThan(0.9);
      expect(drawn[1] / drawn[0]).toBeLessThan(1.1);
      // Edges differ: one places points to the pixel, the other finer.
      expect(difference).toBeLessThan(14);
    }
  } finally {
    await browser.close();
  }
});
