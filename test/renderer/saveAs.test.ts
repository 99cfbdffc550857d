import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleEmbedding } from "../../src/shared/exampleFigures";
import { exampleConfusion, exampleTopLosses } from "../../src/shared/exampleVerdicts";
import { openChromium } from "./chromium";
import { openRendererPage, type RendererPage } from "./rendererPage";

let browser: Browser;
let view: RendererPage;
beforeAll(async () => {
  browser = await openChromium();
  view = await openRendererPage(browser, "dark", 720);
  await view.render("confusion", { ...exampleConfusion(), title: "Confusion of <digits> & more" });
  await view.render("losses", exampleTopLosses());
  await view.render("map", exampleEmbedding(200));
  for (const id of ["confusion", "losses", "map"]) await view.waitFor(id, {});
}, 60_000);
afterAll(() => browser.close());

/** Presses the button by keyboard, as a person without a mouse does. */
async function saved(id: string, kind: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  await view.page.locator(`#${id} .graft-save button`, { hasText: kind }).focus();
  const [download] = await Promise.all([view.page.waitForEvent("download"), view.page.keyboard.press("Enter")]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

describe("Save as", () => {
  it("PNG: twice the size, on the ground of the theme, map included", async () => {
    for (const id of ["confusion", "losses", "map"]) {
      const { name, bytes } = await saved(id, "PNG");
      expect(name).toMatch(/^[a-z-]+[a-z0-9-]*\.png$/);
      expect(bytes.subarray(1, 4).toString()).toBe("PNG");
      const { width, colours, corner } = await pixelsOf(bytes);
      expect(width).toBeGreaterThanOrEqual(2 * 500);
      expect(corner).toEqual([31, 31, 31, 255]);
      // An empty picture has one.
      expect(colours).toBeGreaterThan(20);
    }
  });

  it("SVG: one document with title and caption", async () => {
    const { name, bytes } = await saved("confusion", "SVG");
    const svg = bytes.toString();
    expect(name).toBe("confusion-of-digits-more.svg");
    const parts = ["<svg ", "Confusion of &#60;digits&#62; &amp; more", "four for nine, 22 of 98", "<script"];
    expect(parts.map((part) => svg.includes(part))).toEqual([true, true, true, false]);
  });

  it("CSV: the numbers", async () => {
    const { bytes } = await saved("confusion", "CSV");
    const rows = bytes.toString().trimEnd().split("\r\n");
    expect(rows).toHaveLength(11);
    expect(rows[5]).toBe("four,0,0,0,0,76,0,0,0,0,22");
  });

  it("HTML: a page that shows picture, caption and numbers without anything else", async () => {
    const { bytes } = await saved("confusion", "HTML");
    expect(bytes.length).toBeLessThan(1_000_000);
    const page = await browser.newPage();
    await page.setContent(bytes.toString());
    expect(await page.title()).toBe("Confusion of <digits> & more");
    expect(await page.locator("img").evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(
      600,
    );
    expect(await page.locator("tbody tr").count()).toBe(10);
    const json = await page.locator("script").textContent();
    expect(JSON.parse(json!)).toMatchObject({ kind: "confusion", title: "Confusion of <digits> & more" });
    await page.close();
  });

  it("asks VS Code: a link to a base64 data URL with a name is what it catches", async () => {
    const link = view.page.evaluate(
      () =>
        new Promise<readonly string[]>((resolve) => {
          document.body.addEventListener("click", (event) => {
            const [target] = event.composedPath();
            if (!(target instanceof HTMLAnchorElement)) return;
            event.preventDefault();
            resolve([target.href.slice(0, 21), target.download]);
          });
        }),
    );
    await view.page.locator("#losses .graft-save button", { hasText: "CSV" }).click();
    expect(await link).toEqual(["data:text/csv;base64,", "largest-losses.csv"]);
  });
});

/** Decoded by the browser itself. */
async function pixelsOf(png: Buffer) {
  return view.page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4 * 7) colours.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    return { width: canvas.width, colours: colours.size, corner: [...data.subarray(0, 4)] };
  }, png.toString("base64"));
}
