import { expect, it } from "vitest";
import { RunningWork } from "./runningWork";

const update = (fraction: number, more: object = {}) => ({ id: "a", title: "Training", fraction, detail: "", ...more });

it("estimates by the pace since it began, unless the work says itself", () => {
  const work = new RunningWork();
  work.take(update(0.5), 1000);
  expect(work.now).toEqual({ title: "Training", fraction: 0.5, secondsLeft: undefined });
  work.take(update(0.6), 3000);
  expect(work.now?.secondsLeft).toBeCloseTo(8);
  work.take(update(0.7, { secondsLeft: 5 }), 4000);
  expect(work.now?.secondsLeft).toBe(5);
});

it("tells what began last, and forgets what has ended", () => {
  const work = new RunningWork();
  work.take(update(0.1), 0);
  work.take(update(0.2, { id: "b", title: "Exporting" }), 0);
  work.take(update(0.3), 10);
  expect(work.now?.title).toBe("Exporting");
  work.take(update(1, { id: "b" }), 20);
  expect(work.now?.title).toBe("Training");
  work.end();
  expect(work.now).toBeUndefined();
});
