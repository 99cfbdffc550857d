import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { exampleEmbedding } from "../../src/shared/exampleEmbedding";
import { openChromium } from "./chromium";
import { openRendererPage, type RendererPage } from "./rendererPage";
import type { ThemeKind } from "./themes";

const SCREENSHOTS = ".test-output/screenshots";

let browser: Browser;
let view: RendererPage;
const problems: string[] = [];

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  browser = await openChromium();
});
afterAll(() => browser.close());
afterEach(async () => {
  await view.dispose("map");
  await view.forget();
  expect(problems.splice(0)).toEqual([]);
});

/** Loading the renderer takes longest, so tests of one theme share a page. */
const pages = new Map<string, Promise<RendererPage>>();

async function openMap(figure: unknown, theme: ThemeKind = "light", width = 980): Promise<void> {
  const key = `${theme} ${width}`;
  const opened = pages.get(key) ?? openPage(theme, width);
  pages.set(key, opened);
  view = await opened;
  // Chromium answers a page in the background once a second.
  await view.page.bringToFront();
  await view.render("map", figure);
  await view.waitFor("map", {});
}

async function openPage(theme: ThemeKind, width: number): Promise<RendererPage> {
  const opened = await openRendererPage(browser, theme, width);
  opened.page.on("pageerror", (error) => problems.push(String(error)));
  opened.page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  return opened;
}

const find = (selector: string) => view.page.locator(`#map ${selector}`);
const status = () => find("[role=status]").innerText();
const shot = (name: string) => view.page.locator("#map").screenshot({ path: `${SCREENSHOTS}/${name}.png` });

/** What the points look like, as one number. */
const picture = () =>
  find("canvas")
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i]! + 2 * data[i + 1]! + 3 * data[i + 2]!) | 0;
      return sum;
    });

/** Drags over places given as parts of the stage's width and height. */
async function drag(...path: readonly (readonly [number, number])[]): Promise<void> {
  const { x, y, width, height } = (await find(".graft-map-stage").boundingBox())!;
  const at = ([across, down]: readonly [number, number]) => [x + across * width, y + down * height] as const;
  await view.page.mouse.move(...at(path[0]!));
  await view.page.mouse.down();
  for (const place of path.slice(1)) await view.page.mouse.move(...at(place), { steps: 4 });
  await view.page.mouse.up();
}

/** Around everything. */
const ALL = [
  [0.01, 0.01],
  [0.99, 0.01],
  [0.99, 0.99],
  [0.01, 0.99],
] as const;

describe("a map", () => {
  it.each(["light", "dark", "high-contrast"] satisfies ThemeKind[])("is drawn in %s", async (theme) => {
    await openMap(exampleEmbedding(2000, { rich: true }), theme);
    expect(await view.drawn("map")).toMatchObject({ graftPoints: "2000", graftTraces: "10", graftTheme: theme });
    await shot(`map-${theme}`);
    await find("select").selectOption("loss");
    await find(".graft-map-scale").waitFor();
    await shot(`map-loss-${theme}`);
    await view.render("map", exampleEmbedding(2000, { rich: true, dims: 3, frames: 3 }));
    await view.waitFor("map", { drawings: "2" });
    await find("select").selectOption("correctness");
    expect(await find(".graft-map-legend button").count()).toBe(2);
    await shot(`map-3d-${theme}`);
  });

  it("tells of the point under the pointer, and keeps what is clicked", async () => {
    await openMap(exampleEmbedding(10, { rich: true }), "dark");
    await find("input[type=search]").fill("3");
    const { x, y } = (await find(".graft-map-stage").boundingBox())!;
    // The strong one among faint ones is example 3.
    const [across, down] = await find("canvas")
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        let best = 0;
        const bright = (i: number) => data[4 * i]! + data[4 * i + 1]! + data[4 * i + 2]!;
        for (let i = 0; i < data.length / 4; i++) if (bright(i) > bright(best)) best = i;
        const ratio = canvas.width / canvas.clientWidth;
        return [(best % canvas.width) / ratio, Math.floor(best / canvas.width) / ratio];
      });
    await view.page.mouse.move(x + across, y + down);
    const card = find(".graft-map-hover .graft-map-card");
    await card.waitFor();
    expect(await card.innerText()).toMatch(/three[^]*predicted[^]*loss[^]*train, example 3/);
    expect(await card.locator(".graft-map-picture").count()).toBe(1);
    await view.page.mouse.down();
    await view.page.mouse.up();
    await view.page.mouse.move(x + 2, y + 2);
    await expect.poll(() => card.isVisible()).toBe(false);
    expect(await find(".graft-map-pins .graft-map-card").count()).toBe(1);
    await shot("map-pinned-dark");
    await find(".graft-map-pins button").click();
    expect(await find(".graft-map-pins .graft-map-card").count()).toBe(0);
  });

  it("hides classes on click, shows one alone on double click, and keeps that while it changes", async () => {
    await openMap(exampleEmbedding(200, { live: true }));
    await find(".graft-map-legend button").first().click();
    expect(await view.drawn("map")).toMatchObject({ graftPoints: "180" });
    const root = await view.page.$("#map .graft-map-stage");
    await view.render("map", exampleEmbedding(200));
    await view.waitFor("map", { live: "false", points: "180" });
    expect(await root?.evaluate((element) => element.isConnected)).toBe(true);
    await find(".graft-map-legend button").nth(4).dblclick();
    expect(await view.drawn("map")).toMatchObject({ graftPoints: "20" });
    await find(".graft-map-legend button").nth(4).dblclick();
    expect(await view.drawn("map")).toMatchObject({ graftPoints: "200" });
  });

  it("is seen whole in a narrow editor", async () => {
    await openMap(exampleEmbedding(600, { rich: true }), "light", 480);
    const overflow = await view.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await shot("map-narrow");
  });

  it("goes from frame to frame", async () => {
    await openMap(exampleEmbedding(300, { frames: 3 }));
    const last = await picture();
    expect(await find(".graft-map-frames output").innerText()).toBe("epoch 2");
    await find(".graft-map-frames input").fill("0");
    expect(await find(".graft-map-frames output").innerText()).toBe("pretrained");
    await expect.poll(picture).not.toBe(last);
  });
});

describe("selecting in a map", () => {
  it("by lasso, box and search reaches the extension, and its answer the person", async () => {
    await openMap(exampleEmbedding(200), "light");
    await find("button[data-tool=lasso]").click();
    await drag(...ALL);
    expect(await view.posted()).toMatchObject([{ kind: "select", plot: "example" }]);
    expect(((await view.posted())[0] as { indices: number[] }).indices.length).toBe(200);

    await find("button[data-tool=box]").click();
    await drag([0.01, 0.01], [0.5, 0.99]);
    const boxed = (await view.posted())[1] as { indices: number[] };
    expect(boxed.indices.length).toBeGreaterThan(40);
    expect(boxed.indices.length).toBeLessThan(160);
    expect(await status()).toContain(`${boxed.indices.length} of 200 selected.`);
    await view.tell({ kind: "selected", plot: "other", answer: { kind: "noKernel" } });
    await view.tell({ kind: "selected", plot: "example", answer: { kind: "taken", variable: "plot" } });
    expect(await status()).toContain("await plot.selection()");
    await shot("map-selected");
    await find(".graft-map-status button").first().click();
    expect((await view.posted()).at(-1)).toEqual({ kind: "useSelection", plot: "example" });
    await view.tell({ kind: "selected", plot: "example", answer: { kind: "unknownMap" } });
    expect(await status()).toContain("run its cell again");

    await find("input[type=search]").fill("seven");
    expect(await status()).toBe("20 of 200 found. Enter selects them.");
    await view.page.keyboard.press("Enter");
    const found = (await view.posted()).at(-1) as { indices: number[] };
    expect(found.indices.every((index) => index % 10 === 7)).toBe(true);
    await view.page.keyboard.press("Escape");
    expect((await view.posted()).at(-1)).toMatchObject({ indices: [] });
    expect(await status()).toBe("");
  });

  it("leaves out what is hidden, and names the examples of the dataset, not the points", async () => {
    const indices = Buffer.from(Uint32Array.from({ length: 100 }, (_, i) => 1000 + i).buffer).toString("base64");
    await openMap({ ...exampleEmbedding(100), indices });
    await find(".graft-map-legend button").first().click();
    await find("button[data-tool=box]").click();
    await drag([0.01, 0.01], [0.99, 0.99]);
    const { indices: selected } = (await view.posted())[0] as { indices: number[] };
    expect(selected.length).toBe(90);
    expect(selected.every((index) => index >= 1000 && index % 10 !== 0)).toBe(true);
  });

  it.each([
    ["#42", 1],
    ["label: seven", 20],
    ["split:test", 40],
    ["nothing of that", 0],
  ])("search %s finds %d", async (query, count) => {
    await openMap(exampleEmbedding(200, { rich: true }));
    await find("input[type=search]").fill(query);
    expect(await status()).toMatch(count === 0 ? /^Nothing found/ : new RegExp(`^${count} of 200 found`));
  });
});

it("a map is used by keyboard alone", async () => {
  await openMap(exampleEmbedding(300));
  const stage = find(".graft-map-stage");
  await stage.focus();
  let before = await picture();
  for (const key of ["ArrowLeft", "+", "-", "0"]) {
    await view.page.keyboard.press(key);
    await expect.poll(picture, { message: key }).not.toBe(before);
    before = await picture();
  }
  await view.page.keyboard.press("/");
  expect(await find("input[type=search]").evaluate((input) => input === document.activeElement)).toBe(true);
  await view.page.keyboard.type("two");
  await view.page.keyboard.press("Enter");
  expect(await stage.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await status()).toContain("30 of 300 selected.");
  await view.page.keyboard.press("b");
  expect(await find("button[data-tool=box]").getAttribute("aria-pressed")).toBe("true");
});

it("the wheel enlarges a map that has the focus, and scrolls the notebook over one that has not", async () => {
  await openMap(exampleEmbedding(300));
  const { x, y } = (await find(".graft-map-stage").boundingBox())!;
  const before = await picture();
  await view.page.mouse.move(x + 200, y + 200);
  await view.page.mouse.wheel(0, -120);
  await view.page.waitForTimeout(250);
  expect(await picture()).toBe(before);
  await find(".graft-map-stage").focus();
  await view.page.mouse.wheel(0, -120);
  await expect.poll(picture).not.toBe(before);
});
