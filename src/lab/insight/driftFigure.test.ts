import { expect, it } from "vitest";
import { driftBars } from "../../shared/driftBars";
import type { DriftFigure } from "../../shared/figures/driftFigure";
import { kindOf } from "../../shared/figureKinds";
import type { LayerDrift } from "../metrics/drift";
import { driftFigure, type DriftSource } from "./driftFigure";

const conv = (drift: number): LayerDrift => ({ layer: "conv", type: "Conv2D", drift, statistics: undefined });
const norm = (statistics: number): LayerDrift => ({ layer: "bn", type: "BatchNormalization", drift: 0, statistics });
const head: LayerDrift = { layer: "head", type: "Dense", drift: undefined, statistics: undefined };
const careful = [conv(0.0123456), norm(0), head];
const reckless = { drift: () => [conv(2), norm(0.5), head] };

it("has a row a layer, one more for statistics, and a value a model", () => {
  const { models, rows } = driftFigure({ careful, reckless }, "Drift");
  expect(models).toEqual(["careful", "reckless"]);
  expect(rows.map(({ layer, of, drift }) => [layer, of, ...drift])).toEqual([
    ["conv", "weights", 0.01235, 2],
    ["bn", "weights", 0, 0],
    ["bn", "statistics", 0, 0.5],
    ["head", "weights", null, null],
  ]);
});

it("says what moved most, what has not moved, and what is new", () => {
  const figure = driftFigure(careful, "Drift");
  expect(figure.models).toEqual([""]);
  expect(driftBars(figure).map(({ name }) => name)).toEqual(["conv", "bn", "head"]);
  expect(kindOf(figure).caption(figure).slice(1)).toEqual([
    "1 of 3 layers with weights are unchanged.",
    "Moved most: conv, 0.012.",
    "Batch norms keep the statistics they had.",
    "New: there were no such weights before.",
  ]);
});

it("folds long unchanged stretches of a large network", () => {
  const layer = (i: number) =>
    ({ layer: `conv${i}`, type: "Conv2D", of: "weights", drift: [i > 40 ? 0.1 : 0] }) as const;
  const rows = Array.from({ length: 44 }, (_, i) => layer(i));
  const large: DriftFigure = { kind: "drift", title: "Drift", models: [""], rows, live: false };
  expect(driftBars(large).map(({ name }) => name)).toEqual(["conv0 … conv40", "conv41", "conv42", "conv43"]);
});

it.each([[{}], [[]], [{ one: 3 }], [undefined], [[{ name: "conv" }]]])("refuses %j", (source) => {
  const call = () => driftFigure(source as unknown as DriftSource, "Drift");
  expect(call).toThrow(expect.objectContaining({ code: "show/no-drift" }) as Error);
});
