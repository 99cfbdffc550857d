/** The edge where a figure comes out of a notebook: what passes here is a `Figure` in all its parts. */
import * as v from "valibot";
import type { Figure } from "../shared/figure";

const numbers = v.array(v.number());
const strings = v.array(v.string());
const interval = v.tuple([v.number(), v.number()]);

const curves = v.object({
  kind: v.literal("curves"),
  title: v.string(),
  series: v.array(
    v.pipe(
      v.object({
        metric: v.picklist(["loss", "accuracy", "learningRate"]),
        split: v.picklist(["train", "validation"]),
        per: v.picklist(["step", "epoch"]),
        x: numbers,
        // JSON has no NaN: a diverged loss arrives as null and leaves a gap.
        y: v.array(
          v.pipe(
            v.nullable(v.number()),
            v.transform((value) => value ?? NaN),
          ),
        ),
      }),
      v.check(({ x, y }) => x.length === y.length, "as many x as y"),
    ),
  ),
  phases: v.array(
    v.object({
      name: v.string(),
      fromStep: v.number(),
      toStep: v.number(),
      trainableLayers: strings,
      frozenLayers: strings,
      status: v.picklist(["training", "finished", "interrupted", "failed"]),
      notes: v.exactOptional(strings),
    }),
  ),
  live: v.boolean(),
});

const embedding = v.pipe(
  v.object({
    kind: v.literal("embedding"),
    title: v.string(),
    method: v.literal("tsne"),
    x: numbers,
    y: numbers,
    labels: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
    classes: strings,
    parameters: v.object({ perplexity: v.number(), seed: v.number(), layer: v.string() }),
    iteration: v.number(),
    iterations: v.number(),
    notes: strings,
    quality: v.exactOptional(
      v.object({ trustworthiness: v.number(), neighbourRecall: v.number(), neighbours: v.number() }),
    ),
    live: v.boolean(),
  }),
  v.check(({ x, y, labels }) => x.length === y.length && x.length === labels.length, "as many x as y and labels"),
  v.check(({ labels, classes }) => labels.every((label) => label < classes.length), "a class for each label"),
);

const comparison = v.object({
  kind: v.literal("comparison"),
  title: v.string(),
  rows: v.array(
    v.object({
      strategy: v.string(),
      detail: v.string(),
      labels: v.number(),
      seeds: v.number(),
      accuracy: v.number(),
      interval,
      gain: v.exactOptional(v.object({ mean: v.number(), interval })),
      seconds: v.number(),
      trunkPasses: v.number(),
    }),
  ),
  live: v.boolean(),
});

const png = v.pipe(v.string(), v.regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/, "a PNG as a data URL"));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const pixels = v.pipe(v.number(), v.integer(), v.minValue(1));

const explanation = v.object({
  kind: v.literal("explanation"),
  title: v.string(),
  method: v.picklist(["gradCam", "occlusion"]),
  layer: v.exactOptional(v.string()),
  examples: v.array(
    v.object({
      index: count,
      height: pixels,
      width: pixels,
      image: png,
      heat: png,
      warmest: v.exactOptional(v.tuple([count, count])),
      name: v.string(),
      probability: v.number(),
      labelled: v.string(),
    }),
  ),
  live: v.boolean(),
});

const figure = v.variant("kind", [curves, embedding, comparison, explanation]);

export type ParsedFigure =
  { readonly ok: true; readonly figure: Figure } | { readonly ok: false; readonly problem: string };

/** `read` may throw, as reading broken JSON does. */
export function parseFigure(read: () => unknown): ParsedFigure {
  let payload: unknown;
  try {
    payload = read();
  } catch (error) {
    return { ok: false, problem: `Expected a figure as JSON, but found text that is not JSON (${String(error)}).` };
  }
  const result = v.safeParse(figure, payload);
  if (result.success) return { ok: true, figure: result.output };
  const issue = result.issues[0];
  const where = v.getDotPath(issue) ?? "the payload";
  return {
    ok: false,
    problem: `Expected ${issue.expected ?? issue.message} at ${where}, but found ${issue.received}.`,
  };
}
