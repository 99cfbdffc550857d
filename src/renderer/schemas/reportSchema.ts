import * as v from "valibot";
import { count, interval, strings } from "./parts";

const optional = v.exactOptional(v.number());
const row = v.object({
  name: v.string(),
  ...{ precision: optional, recall: optional, f1: optional, rocAuc: optional, averagePrecision: optional },
  support: count,
});

export const reportSchema = v.object({
  kind: v.literal("report"),
  title: v.string(),
  examples: count,
  accuracy: v.number(),
  interval,
  balancedAccuracy: v.number(),
  kappa: optional,
  logLoss: v.number(),
  brier: v.number(),
  classes: v.array(row),
  macro: row,
  weighted: row,
  calibration: v.object({
    bins: v.array(v.object({ low: v.number(), high: v.number(), count, confidence: v.number(), accuracy: v.number() })),
    error: v.number(),
    errorEqualMass: v.number(),
  }),
  notes: strings,
  live: v.literal(false),
});
