import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { figureSvg } from "../../src/lab/insight/svg/figureSvg";
import { exampleComparison, exampleCurves, exampleEmbedding, exampleRuns } from "../../src/shared/exampleFigures";
import {
  exampleConfusion,
  exampleDrift,
  exampleLayers,
  exampleLines,
  exampleLrFinder,
  exampleReport,
  exampleTopLosses,
} from "../../src/shared/exampleVerdicts";
import { openChromium } from "./chromium";

const SCREENSHOTS = ".test-output/screenshots";

let browser: Browser;
beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  browser = await openChromium();
});
afterAll(() => browser.close());

it.each(["#ffffff", "#0d1117"])("static figures are images that stand on %s", async (ground) => {
  const page = await browser.newPage({ viewport: { width: 820, height: 900 }, deviceScaleFactor: 2 });
  const figures = [
    ...[
      exampleCurves(),
      exampleRuns(3),
      exampleEmbedding(2000),
      exampleComparison(),
      exampleConfusion(),
      exampleReport(),
    ],
    ...[exampleTopLosses(), exampleTopLosses(true), exampleLayers(), exampleLrFinder()],
    ...[exampleDrift(), exampleLines()],
  ];
  const images = figures.map(
    (figure) => `<img src="data:image/svg+xml;base64,${Buffer.from(figureSvg(figure)).toString("base64")}">`,
  );
  await page.setContent(`<body style="background:${ground};margin:24px">${images.join("<br><br>")}</body>`);
  const widths = await page.$$eval("img", (all) => all.map((image) => (image.complete ? image.naturalWidth : 0)));
  expect(widths).toEqual(figures.map(() => 760));
  const theme = ground === "#ffffff" ? "light" : "dark";
  await page.screenshot({ path: `${SCREENSHOTS}/static-${theme}.png`, fullPage: true });
  await page.close();
});
