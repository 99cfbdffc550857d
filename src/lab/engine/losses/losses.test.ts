/** Each loss three times: as ONNX, row by row in double precision, and by hand in numbers that can be checked. */
import { afterAll, describe, expect, test } from "vitest";
import { GraphBuilder } from "../onnx/graphBuilder";
import type { Loss } from "../engine";
import { Runtime } from "../runtime";
import type { RowTarget } from "./lossRules";
import { lossRules } from "./lossTable";
import { writeLoss } from "./writeLoss";

const runtime = new Runtime();
afterAll(() => runtime.dispose());

const logits = [2, -1, 0.5, -3, 0, 4, 100, -100, 30, 0, 0, 0].map(Math.fround);
const labels = [0, 2, 1, 2];
const values = [1, 0, 0.25, 0, 1, 0.5, 1, 0, 1, 0, 0.75, 1];
const weights = [1, 0, 2.5, 0.5];
/** Of two steps in a vocabulary of three, for which the logits of two rows are enough. */
const tokens = [2, -1, 0, 1];

const losses: readonly Loss[] = [
  { name: "softmaxCrossEntropy" },
  { name: "softmaxCrossEntropy", labelSmoothing: 0.1 },
  { name: "sigmoidCrossEntropy" },
  { name: "sigmoidCrossEntropy", labelSmoothing: 0.2 },
  { name: "meanSquaredError" },
  { name: "tokenCrossEntropy" },
];

/** What the twelve logits are to a loss. */
function shapeOf(loss: Loss): readonly number[] {
  return loss.name === "tokenCrossEntropy" ? [2, 2, 3] : [4, 3];
}

function targetsOf(loss: Loss): { readonly all: readonly number[]; readonly width: number } {
  if (loss.name === "tokenCrossEntropy") return { all: tokens, width: 2 };
  return { all: values, width: 3 };
}

function targetOf(loss: Loss, row: number): RowTarget {
  if (lossRules(loss).targets === "classes") return labels[row]!;
  const { all, width } = targetsOf(loss);
  return Float32Array.from(all.slice(row * width, (row + 1) * width));
}

async function written(loss: Loss, weighted: boolean) {
  const builder = new GraphBuilder();
  const shape = shapeOf(loss);
  const count = shape[0]!;
  const output = builder.input("output", shape);
  const ofClasses = lossRules(loss).targets === "classes";
  const { all, width } = targetsOf(loss);
  const targets = ofClasses ? builder.input("targets", [4], "int32") : builder.input("targets", [count, width]);
  const rowWeights = weighted ? builder.input("weights", [count]) : undefined;
  const { rows, gradient } = writeLoss(builder, loss, output, targets, rowWeights);
  builder.output("rows", rows);
  builder.output("gradient", gradient);
  const session = await runtime.session(JSON.stringify([loss, weighted]), () => builder.toBytes("loss"));
  const { Tensor } = await runtime.ort();
  const result = await session.run({
    output: new Tensor("float32", Float32Array.from(logits), shape),
    targets: ofClasses
      ? new Tensor("int32", Int32Array.from(labels), [4])
      : new Tensor("float32", Float32Array.from(all), [count, width]),
    ...(weighted && { weights: new Tensor("float32", Float32Array.from(weights.slice(0, count)), [count]) }),
  });
  return { rows: [...(result.rows!.data as Float32Array)], gradient: result.gradient!.data as Float32Array };
}

describe.each(
  losses.flatMap((loss) => [false, true].map((weighted) => [JSON.stringify(loss), weighted, loss] as const)),
)("%s, weighted %s", (_, weighted, loss) => {
  const weightOf = (row: number) => (weighted ? weights[row]! : 1);
  const [count = 0, ...rest] = shapeOf(loss);
  const size = rest.reduce((product, side) => product * side, 1);
  const ofRow = (row: number, output: readonly number[]) =>
    lossRules(loss).ofRow(Float32Array.from(output.slice(row * size, (row + 1) * size)), targetOf(loss, row)) *
    weightOf(row);

  test("ONNX and double precision agree", async () => {
    const { rows } = await written(loss, weighted);
    rows.forEach((value, row) => {
      const expected = ofRow(row, logits);
      expect(Math.abs(value - expected)).toBeLessThan(1e-6 * Math.max(1, expected));
    });
  });

  test("the gradient is that of the mean over the rows", async () => {
    const { gradient } = await written(loss, weighted);
    // A step that float32 holds exactly at all of these logits.
    const step = 2 ** -6;
    logits.forEach((logit, i) => {
      const moved = (by: number) => logits.map((value, j) => (j === i ? logit + by : value));
      const row = Math.floor(i / size);
      const slope = (ofRow(row, moved(step)) - ofRow(row, moved(-step))) / (2 * step) / count;
      expect(Math.abs(gradient[i]! - slope)).toBeLessThan(1e-4 * Math.max(1, Math.abs(slope)));
    });
  });
});

test.each<[string, Loss, readonly number[], RowTarget, number]>([
  // ln(e^1 + e^0 + e^0) - 1
  ["softmax", { name: "softmaxCrossEntropy" }, [1, 0, 0], 0, Math.log(Math.E + 2) - 1],
  // 0.7 · loss of class 0 + 0.1 · each: ln(e + 2) - 0.7 - 0.1
  [
    "softmax, smoothed by 0.3",
    { name: "softmaxCrossEntropy", labelSmoothing: 0.3 },
    [1, 0, 0],
    0,
    Math.log(Math.E + 2) - 0.8,
  ],
  // (ln 2 + ln(1 + e^-2)) / 2
  [
    "sigmoid",
    { name: "sigmoidCrossEntropy" },
    [0, 2],
    Float32Array.of(1, 1),
    (Math.LN2 + Math.log1p(Math.exp(-2))) / 2,
  ],
  // Targets 0.9 and 0.1 at logit 2: softplus(2) - 0.9 · 2 and softplus(2) - 0.1 · 2
  [
    "sigmoid, smoothed by 0.2",
    { name: "sigmoidCrossEntropy", labelSmoothing: 0.2 },
    [2, 2],
    Float32Array.of(1, 0),
    Math.log1p(Math.exp(2)) - 1,
  ],
  ["mean squared error", { name: "meanSquaredError" }, [1, 3], Float32Array.of(0, 1), 2.5],
  // Of three steps with two tokens each the one in the middle is not asked for: (ln(1 + e^-1) + ln 2) / 2
  [
    "tokens",
    { name: "tokenCrossEntropy" },
    [1, 0, 5, 9, 2, 2],
    Float32Array.of(0, -1, 1),
    (Math.log1p(Math.exp(-1)) + Math.LN2) / 2,
  ],
  ["tokens, none asked for", { name: "tokenCrossEntropy" }, [1, 0], Float32Array.of(-1), 0],
])("by hand: %s", (_, loss, output, target, expected) => {
  expect(lossRules(loss).ofRow(Float32Array.from(output), target)).toBeCloseTo(expected, 12);
});
