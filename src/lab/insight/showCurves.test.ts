import { afterEach, beforeEach, expect, it } from "vitest";
import type { CurvesFigure } from "../../shared/figures/curvesFigure";
import { installLabHost, labHost } from "../../shared/labHost";
import { FIGURE_MIME } from "../../shared/mimeBundle";
import type { TrainingPhase } from "../train/history";
import { type CurvesSource, showCurves, type Trained } from "./showCurves";

function trained(steps = 3): Trained & { readonly history: { readonly phases: readonly TrainingPhase[] } } {
  const phase: TrainingPhase = {
    ...{ name: "head", trainableLayers: ["head"], frozenLayers: [], status: "finished", seconds: 1, notes: [] },
    steps: Array.from({ length: steps }, (_, i) => ({ step: i + 1, loss: 1 / (i + 1) })),
    epochs: [],
  };
  return { history: { phases: [phase] } };
}

const quiet = labHost();
let shown: CurvesFigure[] = [];
let names = new Map<object, string>();
beforeEach(() => {
  shown = [];
  names = new Map();
  installLabHost({
    ...quiet,
    display: (bundle) => void shown.push(bundle[FIGURE_MIME] as CurvesFigure),
    nameOf: (object) => names.get(object),
  });
});
afterEach(() => installLabHost(quiet));

const runNames = () => shown.map(({ runs }) => runs.map(({ name }) => name));

it("draws a model, a run, a list and named ones", () => {
  const [model, other] = [trained(), trained()];
  names.set(model, "model");
  const run = { name: "fine-tuned", history: trained().history.phases };
  showCurves(model);
  showCurves(run);
  showCurves([model, other, run, { ...run, history: [...run.history] }]);
  showCurves({ "lr 1e-3": model, "lr 1e-4": other });
  expect(runNames()).toEqual([
    ["model"],
    ["fine-tuned"],
    ["model", "run 2", "fine-tuned", "fine-tuned (2)"],
    ["lr 1e-3", "lr 1e-4"],
  ]);
});

it("shows title, smoothing and scale as asked", () => {
  showCurves(trained(), { title: "Mine", smoothing: 0.6 });
  showCurves(trained(), { logLoss: true });
  showCurves(trained());
  expect(shown.map(({ title, view }) => [title, view?.smoothing, view?.logLoss])).toEqual([
    ["Mine", 0.6, false],
    ["Training", 0, true],
    ["Training", undefined, undefined],
  ]);
});

const same = trained();
it.each<[string, unknown, string, RegExp]>([
  ["a model that has not been trained", { history: { phases: [] } }, "show/untrained", /run 1/],
  ["one of several that has not", { a: trained(), b: trained(0) }, "show/untrained", /b, which/],
  ["the same model twice", [same, same], "show/same-run", /run 1 and run 2/],
  ["the same under two names", { a: same, b: same }, "show/same-run", /a and b/],
  ["an empty list", [], "show/no-runs", /none/],
  ["no model", undefined, "show/no-runs", /none/],
  ["something else in a list", [trained(), 3], "show/not-a-model", /the 2\. of them: number/],
  ["an object of something else", { accuracy: 1 }, "show/not-a-model", /accuracy: number/],
])("refuses %s", (_, source, code, found) => {
  expect(() => showCurves(source as CurvesSource)).toThrow(
    expect.objectContaining({ code, found: expect.stringMatching(found) as string }) as Error,
  );
  expect(shown).toEqual([]);
});

it.each([1, -0.1, NaN])("refuses a smoothing of %d", (smoothing) => {
  expect(() => showCurves(trained(), { smoothing })).toThrow(
    expect.objectContaining({ code: "show/smoothing" }) as Error,
  );
});
