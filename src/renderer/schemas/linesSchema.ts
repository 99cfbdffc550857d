import * as v from "valibot";
import { count, interval } from "./parts";

export const linesSchema = v.pipe(
  v.object({
    kind: v.literal("lines"),
    title: v.string(),
    x: v.string(),
    y: v.string(),
    logX: v.boolean(),
    lines: v.pipe(
      v.array(
        v.object({
          name: v.string(),
          points: v.pipe(
            v.array(
              v.object({
                x: v.number(),
                y: v.number(),
                interval: v.exactOptional(interval),
                trials: v.exactOptional(count),
              }),
            ),
            v.minLength(1),
          ),
        }),
      ),
      v.minLength(1),
    ),
    live: v.literal(false),
  }),
  v.check(
    ({ logX, lines }) => !logX || lines.every(({ points }) => points.every(({ x }) => x > 0)),
    "numbers above 0 on a logarithmic axis",
  ),
);
