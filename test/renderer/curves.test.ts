import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleCurves, exampleRuns } from "../../src/shared/exampleFigures";
import { openChromium } from "./chromium";
import { openRendererPage, type RendererPage } from "./rendererPage";
import type { ThemeKind } from "./themes";

const SCREENSHOTS = ".test-output/screenshots";

let browser: Browser;
beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  browser = await openChromium();
}, 60_000);
afterAll(() => browser.close());

const toggle = (page: Page, name: string) => page.locator("#curves .graft-curves-legend button", { hasText: name });

/** Runs `act` and waits until what it has asked for is drawn. */
async function redrawn(view: RendererPage, act: () => Promise<unknown>): Promise<void> {
  const { graftDrawings = "0" } = await view.drawn("curves");
  await act();
  await expect
    .poll(async () => Number((await view.drawn("curves")).graftDrawings))
    .toBeGreaterThan(Number(graftDrawings));
}

const smoothing = (view: RendererPage, weight: string) =>
  redrawn(view, () => view.page.locator("#curves input[type=range]").fill(weight));
const logLoss = (view: RendererPage) =>
  redrawn(view, () => view.page.getByRole("button", { name: "Log loss" }).click());
/** Of the loss. */
const ticks = (view: RendererPage) => view.page.locator("#curves .ytick text").allInnerTexts();

describe("curves", () => {
  it.each(["light", "dark", "high-contrast"] satisfies ThemeKind[])(
    "lie over one another, smoothed, on a logarithmic scale, in %s",
    async (theme) => {
      const view = await openRendererPage(browser, theme, 980);
      const problems: string[] = [];
      view.page.on("pageerror", (error) => problems.push(String(error)));
      await view.render("curves", exampleRuns(2));
      await view.waitFor("curves", { theme });
      // Two runs of six lines and two rings; the phases that they share.
      expect(await view.drawn("curves")).toMatchObject({ graftTraces: "18", graftRows: "2" });
      await smoothing(view, "0.8");
      await logLoss(view);
      // Loss and accuracy of training and validation once more, smoothed.
      expect(await view.drawn("curves")).toMatchObject({ graftTraces: "26" });
      expect(await view.page.locator("#curves .graft-table").innerText()).toContain("learningRate");
      expect(problems).toEqual([]);
      await view.page.locator("#curves").screenshot({ path: `${SCREENSHOTS}/runs-${theme}.png` });
      await view.page.close();
    },
  );

  it("keep what was chosen while they grow", async () => {
    const view = await openRendererPage(browser, "dark", 980);
    await view.render("curves", exampleCurves(200, true));
    await view.waitFor("curves", {});
    await smoothing(view, "0.6");
    await logLoss(view);
    await redrawn(view, () => toggle(view.page, "validation").click());
    const { graftTraces } = await view.drawn("curves");
    const logarithmic = await ticks(view);
    const focused = () => view.page.evaluate(() => (document.activeElement as HTMLElement).innerText);
    expect(await focused()).toBe("validation");
    await redrawn(view, () => view.render("curves", exampleCurves(260, true)));
    expect(await view.drawn("curves")).toMatchObject({ graftTraces, graftLive: "true" });
    expect(await toggle(view.page, "validation").getAttribute("aria-pressed")).toBe("false");
    expect(await view.page.locator("#curves output").innerText()).toBe("0.60");
    expect(await ticks(view)).toEqual(logarithmic);
    expect(await focused()).toBe("validation");
    await view.page.locator("#curves").screenshot({ path: `${SCREENSHOTS}/curves-live-dark.png` });
    await view.page.close();
  });

  it("are read all at once, with their phase and what is frozen in it", async () => {
    const view = await openRendererPage(browser, "light", 980);
    await view.render("curves", exampleCurves());
    await view.waitFor("curves", {});
    const box = (await view.page.locator("#curves .nsewdrag").first().boundingBox())!;
    await view.page.mouse.move(box.x + 0.6 * box.width, box.y + 0.5 * box.height);
    const words = view.page.locator("#curves .hoverlayer .legend");
    await words.waitFor();
    const said = await words.innerText().catch(() => words.textContent());
    for (const part of [
      "step 21",
      "loss, train",
      "accuracy, validation",
      "learning rate",
      "last 2 layers",
      "6 frozen: conv1",
    ]) {
      expect(said).toContain(part);
    }
    await view.page.locator("#curves").screenshot({ path: `${SCREENSHOTS}/curves-hover.png` });
    await view.page.close();
  });

  it("of many runs fit a narrow editor", async () => {
    const view = await openRendererPage(browser, "light", 520);
    await view.render("curves", exampleRuns(8));
    await view.waitFor("curves", {});
    expect(await view.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await view.page.locator("#curves").screenshot({ path: `${SCREENSHOTS}/runs-narrow.png` });
    await view.page.close();
  });
});
