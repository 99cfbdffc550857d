import { afterAll, expect, test } from "vitest";
import type { Activation } from "../../backbone/layerGraph";
import { GraphBuilder } from "../onnx/graphBuilder";
import { Runtime } from "../runtime";
import { relativeDistance } from "../testing/networks";
import { inferActivation, trainActivation } from "./activation";

const runtime = new Runtime(4);
afterAll(() => runtime.dispose());

/** The error function by its Taylor series, which converges everywhere; 120 terms are exact to 1e-9 up to 4. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return Math.abs(x) > 4 ? Math.sign(x) : (2 / Math.sqrt(Math.PI)) * sum;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const hardSigmoid = (x: number) => Math.min(1, Math.max(0, x / 6 + 0.5));
const formulas: Readonly<Record<Exclude<Activation, "softmax">, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  leakyRelu: (x) => (x > 0 ? x : 0.2 * x),
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  geluTanh: (x) => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2,
  elu: (x) => (x > 0 ? x : Math.exp(x) - 1),
  // The constants of Klambauer et al. 2017.
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1)),
  swish: (x) => x * sigmoid(x),
  hardSwish: (x) => x * hardSigmoid(x),
  sigmoid,
  hardSigmoid,
  tanh: Math.tanh,
};

/** From -10 to 10, so that everything saturates; none on a kink. */
const xs = Float32Array.from({ length: 80 }, (_, i) => (i - 39.5) / 4);

test.each(Object.entries(formulas))("%s: values and slopes over the whole range", async (name, formula) => {
  const activation = name as keyof typeof formulas;
  const builder = new GraphBuilder();
  const x = builder.input("x", [xs.length]);
  const gradient = builder.input("gradient", [xs.length]);
  const trained = trainActivation(builder, activation, x, 0);
  builder.output("trained", trained.output);
  builder.output("slope", trained.backward(gradient));
  builder.output("inferred", inferActivation(builder, activation, x));
  const session = await runtime.session(activation, () => builder.toBytes("activation"));
  const { Tensor } = await runtime.ort();
  const feeds = { x: new Tensor(xs, [xs.length]), gradient: new Tensor(new Float32Array(xs.length).fill(3)) };
  const { trained: values, inferred, slope } = await session.run(feeds);
  const expected = [...xs].map(formula);
  const h = 1e-5;
  const slopes = [...xs].map((at) => (3 * (formula(at + h) - formula(at - h))) / (2 * h));
  expect(relativeDistance(values!.data as Float32Array, expected)).toBeLessThan(1e-6);
  expect(relativeDistance(inferred!.data as Float32Array, expected)).toBeLessThan(1e-6);
  expect(relativeDistance(slope!.data as Float32Array, slopes)).toBeLessThan(1e-6);
});
