/** What the renderer has drawn, read from the page. The renderer counts in the drawing itself, not in its data. */
import { strict as assert } from "node:assert";
import { waitInFrames } from "./workbenchPage";

export interface DrawnFigure {
  readonly kind: string;
  readonly theme: string;
  readonly live: boolean;
  readonly traces: number;
  readonly points: number;
  readonly rows: number;
  /** How often this element was drawn: more than 1 means that it was updated in place. */
  readonly drawings: number;
}

/**
 * Waits for a figure of this kind that meets the condition, a JavaScript expression over `figure`. Reveal its cell first:
 * VS Code takes outputs that are far outside the view off the page.
 */
export async function waitForFigure(kind: string, condition = "true", timeoutMs = 30_000): Promise<DrawnFigure> {
  const found = await waitInFrames(
    `a figure "${kind}" with ${condition}`,
    `${figures}.find((figure) => figure.kind === ${JSON.stringify(kind)} && (${condition}))`,
    timeoutMs,
  );
  assert.ok(found);
  return found as DrawnFigure;
}

const figures = `[...document.querySelectorAll("[data-graft-figure]")].map(({ dataset }) => ({
  kind: dataset.graftFigure,
  theme: dataset.graftTheme,
  live: dataset.graftLive === "true",
  traces: Number(dataset.graftTraces),
  points: Number(dataset.graftPoints),
  rows: Number(dataset.graftRows),
  drawings: Number(dataset.graftDrawings),
}))`;
