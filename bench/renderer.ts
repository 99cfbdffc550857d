/**
 * How a map of many points feels, in headless Chromium: how long until it is seen, and frames a second while a mouse drags it. Beside it
 * plotly.js' WebGL trace with the same points. Without a graphics card, Chromium computes WebGL on the processor, for both.
 */
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { exampleEmbedding } from "../src/shared/exampleEmbedding";
import { framePoints, pointLabels } from "../src/shared/embeddingPoints";
import type { EmbeddingFigure } from "../src/shared/figures/embeddingFigure";
import { type BenchReport, type BenchRow, machineName, median, rounded } from "./benchReport";

export interface RendererBenchOptions {
  /** `dist/renderer/figure.js`. */
  readonly rendererFile: string;
  readonly root: string;
  readonly openBrowser: () => Promise<Browser>;
  readonly quick: boolean;
  readonly say: (text: string) => void;
}

interface Measured {
  readonly firstPaintMs: number;
  readonly framesPerSecond: number;
}

interface Contestant {
  readonly script: string;
  /** What its page draws, as JSON text. */
  payload(figure: EmbeddingFigure): string;
}

const DRAG_MS = 2000;
const ORIGIN = "http://bench.test/";

export async function benchRenderer({
  rendererFile,
  root,
  openBrowser,
  quick,
  say,
}: RendererBenchOptions): Promise<BenchReport> {
  const contestants: Readonly<Record<string, Contestant>> = {
    graft: { script: await graftScript(rendererFile, root), payload: (figure) => JSON.stringify(figure) },
    "plotly scattergl": { script: await scatterglScript(root), payload: scatterglPayload },
  };
  let painter = "";
  const rows: BenchRow[] = [];
  const died: string[] = [];
  for (const size of quick ? [1000] : [10_000, 100_000]) {
    const figure = exampleEmbedding(size);
    const measured: Record<string, Measured[]> = {};
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      for (const [name, contestant] of Object.entries(contestants)) {
        say(`${size.toLocaleString("en")} points, ${name}, round ${round + 1}`);
        // A browser each: what one leaves in the process that draws must not burden the next.
        const browser = await openBrowser();
        try {
          const page = await openPage(browser, contestant.script);
          (measured[name] ??= []).push(await measure(page, contestant.payload(figure)));
          if (name === "graft") painter = await page.evaluate(() => (globalThis as unknown as InPage).bench.painter());
        } catch (error) {
          // Without a graphics card the browser itself may end over plotly.js' WebGL.
          if (name === "graft") throw error;
          died.push(`${name} ended the browser at ${size.toLocaleString("en")} points in round ${round + 1}.`);
        } finally {
          await browser.close();
        }
      }
    }
    rows.push(...rowsOf(size, measured));
  }
  const notes = [
    `Headless Chromium, 980 CSS pixels wide, Graft's points drawn by its ${painter} painter.`,
    `${JSON.stringify(exampleEmbedding(100_000)).length} bytes are the payload of 100,000 points with their labels.`,
    ...died,
  ];
  return { bench: "renderer", machine: machineName(), notes, rows };
}

function rowsOf(size: number, measured: Readonly<Record<string, readonly Measured[]>>): BenchRow[] {
  const of = (name: string, value: (one: Measured) => number) => rounded(median(measured[name]!.map(value)));
  const peer = "plotly scattergl";
  const row = (what: string, unit: string, value: (one: Measured) => number) => ({
    what: `${size.toLocaleString("en")} points: ${what}`,
    unit,
    graft: of("graft", value),
    peers: measured[peer] === undefined ? {} : { [peer]: of(peer, value) },
  });
  const paint = row("first paint", "ms", ({ firstPaintMs }) => firstPaintMs);
  const pan = row("while panning", "frames/s", ({ framesPerSecond }) => framesPerSecond);
  return [
    { ...paint, goals: [{ text: "under 1 s", met: paint.graft < 1000 }] },
    { ...pan, better: "higher", goals: [{ text: "30", met: pan.graft >= 30 }] },
  ];
}

async function openPage(browser: Browser, script: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1040, height: 900 } });
  await page.route(`${ORIGIN}**`, (route) =>
    route.fulfill({ contentType: "text/html", body: '<!DOCTYPE html><body style="margin:12px"><div id="map"></div>' }),
  );
  await page.goto(ORIGIN);
  await page.addScriptTag({ content: script });
  return page;
}

/** Functions of the page (`inPage`). */
interface BenchPage {
  /** Milliseconds until the payload is on the screen. */
  firstPaintMs(payload: string): Promise<number>;
  /** How many frames there were since the first call. */
  frames(): number;
  painter(): string;
}

const inPage = `
  let frames = 0;
  const count = () => {
    frames++;
    requestAnimationFrame(count);
  };
  globalThis.bench = {
    async firstPaintMs(payload) {
      const begin = performance.now();
      await show(JSON.parse(payload), document.getElementById("map"));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return performance.now() - begin;
    },
    frames: () => (frames === 0 && requestAnimationFrame(count), frames),
    painter: () => document.querySelector("[data-graft-painter]")?.dataset.graftPainter ?? "",
  };`;

async function measure(page: Page, payload: string): Promise<Measured> {
  const firstPaintMs = await page.evaluate(
    (text) => (globalThis as unknown as InPage).bench.firstPaintMs(text),
    payload,
  );
  const frames = () => page.evaluate(() => (globalThis as unknown as InPage).bench.frames());
  await frames();
  await page.mouse.move(400, 300);
  await page.mouse.down();
  await page.mouse.move(410, 300);
  const [before, begin] = [await frames(), performance.now()];
  for (let step = 0; performance.now() - begin < DRAG_MS; step++) {
    await page.mouse.move(410 + 60 * Math.sin(step / 12), 300 + 40 * Math.cos(step / 9));
  }
  const framesPerSecond = ((await frames()) - before) / ((performance.now() - begin) / 1000);
  await page.mouse.up();
  return { firstPaintMs, framesPerSecond };
}

interface InPage {
  readonly bench: BenchPage;
}

/** The built renderer as VS Code loads it, as a script instead of a module. */
function graftScript(file: string, root: string): Promise<string> {
  return bundle(
    root,
    `import { activate } from ${JSON.stringify(file)};
    const renderer = activate({});
    async function show(figure, element) {
      renderer.renderOutputItem({ id: "map", mime: "", json: () => figure }, element);
      while (element.querySelector("[data-graft-drawings]") === null) await new Promise((resolve) => setTimeout(resolve));
    }
    ${inPage}`,
  );
}

function scatterglScript(root: string): Promise<string> {
  return bundle(
    root,
    `import * as Plotly from "plotly.js/lib/core";
    import scattergl from "plotly.js/lib/scattergl";
    Plotly.register([scattergl]);
    const show = ({ data, layout }, element) => Plotly.react(element, data, layout);
    ${inPage}`,
  );
}

async function bundle(root: string, contents: string): Promise<string> {
  const built = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    format: "iife",
    minify: true,
    define: { global: "globalThis" },
    loader: { ".css": "empty" },
    nodePaths: [join(root, "node_modules")],
  });
  return built.outputFiles[0]!.text;
}

/** One trace a class, as Graft's figures had it before maps had a view of their own. */
function scatterglPayload(figure: EmbeddingFigure): string {
  const points = framePoints(figure.frames[0]!);
  const labels = pointLabels(figure);
  const data = figure.classes.map((name, index) => {
    const rows = Array.from(labels.keys()).filter((row) => labels[row] === index);
    const axis = (d: number) => rows.map((row) => Number(points[2 * row + d]!.toFixed(2)));
    return { type: "scattergl", mode: "markers", name, x: axis(0), y: axis(1), marker: { size: 3 } };
  });
  const axis = { visible: false };
  return JSON.stringify({ data, layout: { width: 980, height: 560, dragmode: "pan", xaxis: axis, yaxis: axis } });
}
