import { expect, test } from "vitest";
import { normalStrategy, type Strategy, strategyDetail, strategyKey } from "./strategy";

test.each<[Strategy, string, string]>([
  ["scratch", "scratch", "all layers from random weights"],
  ["head", "head", "new head on the frozen backbone"],
  [{ nearest: { neighbours: 3 } }, "nearest", "nearest neighbours"],
  ["prototypes", "prototypes", "class prototypes"],
  [{ lastLayers: 2, epochs: 3 }, "last 2 layers", "last 2 layers: a, b"],
  [{ lastLayers: 1 }, "last 1 layer", "last 1 layer: a, b"],
  [{ fromLayer: "conv4" }, "from conv4", "from conv4: a, b"],
  [{ all: true }, "all layers", "all layers: a, b"],
  [{ lora: { rank: 4 } }, "lora", "LoRA of rank 4: a, b"],
  ["gradualUnfreeze", "gradualUnfreeze", "gradual unfreezing: a, b"],
  [{ linearProbeThenFineTune: { lastLayers: 2 } }, "linearProbeThenFineTune", "probe, then fine-tuning: a, b"],
])("%j has a name and a detail", (strategy, key, detail) => {
  const normal = normalStrategy(strategy);
  expect(strategyKey(normal)).toBe(key);
  expect(strategyDetail(normal, ["a", "b"])).toBe(detail);
});

test.each(["lora", "heads", {}, { heads: {} }, { head: {}, scratch: {} }, { head: {}, lastLayers: 2 }])(
  "refuses %j",
  (strategy) => {
    expect(() => normalStrategy(strategy as Strategy)).toThrow(
      expect.objectContaining({ code: "compare/unknown-strategy" }) as Error,
    );
  },
);
