import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  exampleConfusion,
  exampleDrift,
  exampleExamples,
  exampleLayers,
  exampleLines,
  exampleLrFinder,
  exampleReconstructions,
  exampleReport,
  exampleTopLosses,
} from "../../src/shared/exampleVerdicts";
import { openChromium } from "./chromium";
import { openRendererPage } from "./rendererPage";
import type { ThemeKind } from "./themes";

const SCREENSHOTS = ".test-output/screenshots";

let browser: Browser;
beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  browser = await openChromium();
}, 60_000);
afterAll(() => browser.close());

const figures = {
  confusion: exampleConfusion(),
  report: exampleReport(),
  losses: exampleTopLosses(),
  "losses-text": exampleTopLosses(true),
  examples: exampleExamples(),
  reconstructions: exampleReconstructions(),
  layers: exampleLayers(),
  rates: exampleLrFinder(),
  drift: exampleDrift(),
  lines: exampleLines(),
};

describe("verdict figures", () => {
  it.each(["light", "dark", "high-contrast"] satisfies ThemeKind[])("are drawn in %s", async (theme) => {
    const view = await openRendererPage(browser, theme, 980);
    const problems: string[] = [];
    view.page.on("pageerror", (error) => problems.push(String(error)));
    view.page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    for (const [id, figure] of Object.entries(figures)) {
      await view.render(id, figure);
    }
    for (const [id, figure] of Object.entries(figures)) await view.waitFor(id, { figure: figure.kind, theme });
    const count = (selector: string) => view.page.locator(selector).count();
    // Right and wrong cells are two traces of their own colour.
    expect(await count("#confusion .heatmaplayer image")).toBe(2);
    expect(await count("#confusion .graft-confused li")).toBe(6);
    expect(await count("#confusion .graft-confused img")).toBe(23);
    expect(await count("#report .xy .trace path.point")).toBe(12 * 4 - 2);
    expect(await count("#report .x2y2 .trace path.point")).toBe(12);
    expect(await count("#losses .imagelayer image")).toBe(9);
    expect(await count("#losses-text .imagelayer image")).toBe(0);
    expect(await view.page.locator("#losses-text").innerText()).toContain("A film that takes its time");
    expect(await count("#examples .imagelayer image")).toBe(19);
    expect(await count("#reconstructions .imagelayer image")).toBe(16);
    expect(await count("#layers path.point")).toBe(9);
    expect(await count("#rates path.point")).toBe(2);
    // A number at every bar, also at those without length.
    expect(await count("#drift .bartext")).toBe(12);
    expect(await count("#lines .trace.scatter path.point")).toBe(12);
    expect(problems).toEqual([]);
    await view.page.screenshot({ path: `${SCREENSHOTS}/verdicts-${theme}.png`, fullPage: true });
    await view.page.close();
  });

  it("fit a narrow editor", async () => {
    const view = await openRendererPage(browser, "light", 520);
    const narrow = {
      ...{ report: exampleReport(), "confusion-30": exampleConfusion(30), "layers-60": exampleLayers(60) },
      ...{ drift: exampleDrift(), lines: exampleLines() },
    };
    for (const [id, figure] of Object.entries(narrow)) await view.render(id, figure);
    for (const id of Object.keys(narrow)) await view.waitFor(id, {});
    await view.page.screenshot({ path: `${SCREENSHOTS}/verdicts-narrow.png`, fullPage: true });
    expect(await view.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await view.page.close();
  });
});
