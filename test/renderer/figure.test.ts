import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  exampleComparison,
  exampleCurves,
  exampleEmbedding,
  exampleExplanation,
} from "../../src/shared/exampleFigures";
import { openChromium } from "./chromium";
import { openRendererPage } from "./rendererPage";
import type { ThemeKind } from "./themes";

const SCREENSHOTS = ".test-output/screenshots";

let browser: Browser;
beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  browser = await openChromium();
});
afterAll(() => browser.close());

describe("figure renderer", () => {
  it.each(["light", "dark", "high-contrast"] satisfies ThemeKind[])("draws every figure in %s", async (theme) => {
    const view = await openRendererPage(browser, theme, 980);
    const problems: string[] = [];
    view.page.on("pageerror", (error) => problems.push(String(error)));
    view.page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await view.render("curves", exampleCurves());
    await view.render("live", exampleCurves(200, true));
    await view.render("embedding", exampleEmbedding());
    await view.render("comparison", exampleComparison());
    await view.render("explanation", exampleExplanation());
    const ids = ["curves", "live", "embedding", "comparison", "explanation"];
    for (const id of ids) await view.waitFor(id, {});

    expect(await view.drawn("curves")).toMatchObject({ graftFigure: "curves", graftTheme: theme, graftTraces: "10" });
    expect(await view.drawn("live")).toMatchObject({ graftLive: "true", graftTraces: "12" });
    expect(await view.drawn("embedding")).toMatchObject({ graftTraces: "10", graftPoints: "600" });
    expect(await view.drawn("comparison")).toMatchObject({ graftTraces: "3", graftPoints: "9", graftRows: "9" });
    expect(await view.drawn("explanation")).toMatchObject({ graftFigure: "explanation", graftTheme: theme });
    // Four examples: the image, the image again, and the heat over it.
    expect(await view.page.locator("#explanation .imagelayer image").count()).toBe(3 * 4);
    expect(problems).toEqual([]);
    for (const id of ids) {
      await view.page.locator(`#${id}`).screenshot({ path: `${SCREENSHOTS}/${id}-${theme}.png` });
    }
    await view.page.close();
  });

  it("follows the theme while it is shown", async () => {
    const view = await openRendererPage(browser, "light", 980);
    await view.render("curves", exampleCurves());
    await view.waitFor("curves", {});
    const colour = () => view.page.$eval("#curves .scatterlayer .js-line", (line) => getComputedStyle(line).stroke);
    expect(await colour()).toBe("rgb(0, 114, 178)");
    await view.setTheme("dark");
    await view.waitFor("curves", { theme: "dark" });
    expect(await colour()).toBe("rgb(86, 180, 233)");
    await view.page.close();
  });

  it("fits a narrow and then a wide editor", async () => {
    const view = await openRendererPage(browser, "light", 520);
    await view.render("curves", exampleCurves());
    await view.waitFor("curves", {});
    const overflow = () => view.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await view.page.locator("#curves").screenshot({ path: `${SCREENSHOTS}/curves-narrow.png` });
    const width = () => view.page.$eval("#curves .main-svg", (svg) => svg.getBoundingClientRect().width);
    const narrow = await width();
    await view.page.setViewportSize({ width: 1000, height: 900 });
    await expect.poll(width).toBeGreaterThan(narrow + 400);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await view.page.close();
  });

  it.each([
    ["not JSON", "{", "not JSON"],
    ["an unknown kind", { kind: "pie" }, "kind"],
    ["a point without a label", { ...exampleEmbedding(20), labels: [1] }, "labels"],
  ])("says what is wrong with %s", async (_, payload, words) => {
    const view = await openRendererPage(browser, "dark", 980);
    await view.render("broken", payload);
    const text = await view.page.locator("#broken [role=alert]").innerText();
    expect(text).toContain("can't be drawn");
    expect(text).toContain(words);
    await view.page.locator("#broken").screenshot({ path: `${SCREENSHOTS}/problem-dark.png` });
    await view.page.close();
  });

  it("draws a diverged loss with a gap", async () => {
    const view = await openRendererPage(browser, "light", 980);
    const figure = exampleCurves(60);
    const runs = figure.runs.map((run) => ({
      ...run,
      series: run.series.map((one) => ({ ...one, y: one.y.map((y, i) => (i > 30 ? NaN : y)) })),
    }));
    await view.render("curves", { ...figure, runs });
    await view.waitFor("curves", { figure: "curves" });
    const path = await view.page.locator("#curves .js-line").first().getAttribute("d");
    expect(path).not.toContain("NaN");
    await view.page.close();
  });

  it("leaves nothing behind when an output is cleared", async () => {
    const view = await openRendererPage(browser, "light", 980);
    await view.render("curves", exampleCurves());
    await view.waitFor("curves", {});
    await view.dispose("curves");
    expect(await view.page.locator("#curves").innerHTML()).toBe("");
    await view.page.close();
  });
});
