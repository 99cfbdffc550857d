/** The edge where a figure comes out of a notebook: what passes here is a `Figure` in all its parts. */
import * as v from "valibot";
import type { Figure } from "../shared/figure";
import { comparisonSchema } from "./schemas/comparisonSchema";
import { curvesSchema } from "./schemas/curvesSchema";
import { embeddingSchema } from "./schemas/embeddingSchema";
import { confusionSchema } from "./schemas/confusionSchema";
import { reportSchema } from "./schemas/reportSchema";
import { topLossesSchema } from "./schemas/topLossesSchema";
import { examplesSchema } from "./schemas/examplesSchema";
import { reconstructionsSchema } from "./schemas/reconstructionsSchema";
import { layersSchema } from "./schemas/layersSchema";
import { lrFinderSchema } from "./schemas/lrFinderSchema";
import { explanationSchema } from "./schemas/explanationSchema";
import { driftSchema } from "./schemas/driftSchema";
import { linesSchema } from "./schemas/linesSchema";

const figure = v.variant("kind", [
  curvesSchema,
  embeddingSchema,
  comparisonSchema,
  explanationSchema,
  confusionSchema,
  reportSchema,
  topLossesSchema,
  examplesSchema,
  reconstructionsSchema,
  layersSchema,
  lrFinderSchema,
  driftSchema,
  linesSchema,
]);

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
