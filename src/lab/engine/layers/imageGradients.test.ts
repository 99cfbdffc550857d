import { afterAll, describe, expect, test } from "vitest";
import { Rng } from "../../../shared/rng";
import { runInference } from "../runInference";
import { Runtime } from "../runtime";
import { compiledGradients } from "../testing/compiledGradients";
import { dataOf } from "../testing/conformanceCase";
import { imageCases } from "../testing/imageCases";

const runtime = new Runtime(4);
afterAll(() => runtime.dispose());

describe.each(imageCases.map((row) => [row.name, row] as const))("%s", (_, row) => {
  const { weights, features, labels, trainable, seed } = dataOf(row);
  test("finite differences", async () => {
    const examples = { features, labels };
    const { gradients } = await compiledGradients(runtime, row.graph, weights, examples, trainable);
    const rng = new Rng(seed + 2);
    for (const [key, gradient] of gradients) {
      const direction = Array.from(gradient, () => rng.normal());
      const size = Math.hypot(...direction);
      const slope = gradient.reduce((sum, value, i) => sum + (value * direction[i]!) / size, 0);
      const lossAt = async (step: number) => {
        const { shape, data } = weights.get(key)!;
        const moved = new Map(weights).set(key, {
          shape,
          data: data.map((value, i) => value + (step / size) * direction[i]!),
        });
        return (await compiledGradients(runtime, row.graph, moved, examples, trainable)).loss;
      };
      const difference = ((await lossAt(2e-3)) - (await lossAt(-2e-3))) / 4e-3;
      expect(Math.abs(difference - slope), key).toBeLessThan(3e-4 + 1e-2 * Math.abs(slope));
    }
  });
  test("inference", async () => {
    if (trainable.some((name) => row.graph.layers.find((layer) => layer.name === name)?.type === "BatchNormalization"))
      return;
    const { loss } = await compiledGradients(runtime, row.graph, weights, { features, labels }, trainable);
    const { data, shape } = await runInference(runtime, row.graph, weights, features);
    const classes = shape[1]!;
    let sum = 0;
    labels.forEach((label, i) => {
      const logits = data.slice(i * classes, (i + 1) * classes);
      const top = Math.max(...logits);
      sum += Math.log(logits.reduce((total, value) => total + Math.exp(value - top), 0)) + top - logits[label]!;
    });
    expect(Math.abs(sum / labels.length - loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(loss)));
  });
});
