import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FIGURE_MIME, type MimeBundle } from "../../shared/mimeBundle";
import { type DisplayOptions, installLabHost, labHost } from "../../shared/labHost";
import type { Figure } from "../../shared/figure";
import { liveFigure } from "./liveFigure";

const figure = (title: string, live = true): Figure => ({ kind: "comparison", title, rows: [], live });
let shown: { title: string; options: DisplayOptions | undefined }[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  shown = [];
  installLabHost({
    ...labHost(),
    display: (bundle: MimeBundle, options?: DisplayOptions) =>
      void shown.push({ title: (bundle[FIGURE_MIME] as Figure).title, options }),
  });
});
afterEach(() => vi.useRealTimers());

describe("live figure", () => {
  it("shows at once, then at most four times a second, and never loses the last", () => {
    const live = liveFigure();
    for (let i = 0; i < 100; i++) {
      live.update(() => figure(String(i)));
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(300);
    expect(shown.length).toBeGreaterThanOrEqual(4);
    expect(shown.length).toBeLessThanOrEqual(6);
    expect(shown[0]!.title).toBe("0");
    expect(shown.at(-1)!.title).toBe("99");
  });

  it("adds one display and replaces it from then on", () => {
    const live = liveFigure();
    live.update(() => figure("first"));
    live.finish(figure("last", false));
    expect(shown.map(({ title, options }) => [title, options?.update])).toEqual([
      ["first", false],
      ["last", true],
    ]);
    expect(new Set(shown.map(({ options }) => options?.displayId)).size).toBe(1);
  });

  it("is silent after its end", () => {
    const live = liveFigure();
    live.update(() => figure("a"));
    live.update(() => figure("pending"));
    live.finish(figure("end", false));
    live.update(() => figure("late"));
    vi.advanceTimersByTime(1000);
    expect(shown.map(({ title }) => title)).toEqual(["a", "end"]);
  });

  it("keeps two figures apart", () => {
    liveFigure().update(() => figure("one"));
    liveFigure().update(() => figure("two"));
    expect(new Set(shown.map(({ options }) => options?.displayId)).size).toBe(2);
  });
});
