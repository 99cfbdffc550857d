/** The linear head to its optimum beside scikit-learn's LogisticRegression: the same objective, both within 1e-6 of its minimum. */
import { Rng } from "../src/shared/rng";
import { rounded, type BenchRow } from "./benchReport";
import { type EngineBench, measuredRow, peerContender, tensorFile, timed } from "./engineContext";

const [rows, width, classes] = [5000, 1280, 10];
const l2 = 0.003;
const within = 1e-6;

export async function headRow(bench: EngineBench): Promise<BenchRow> {
  bench.say("linear head to the optimum");
  const { features, labels } = overlappingClasses();
  const request = { features, labels, classes, l2 };
  const solved = await bench.engine.solveHead(request);
  const { sklearn } = bench;
  if (sklearn !== undefined) {
    const file = await tensorFile(bench, "head", new Map(), {
      features,
      labels: { shape: [rows], data: labels },
      kernel: solved.kernel,
      bias: solved.bias,
    });
    const answer = await sklearn.ask({ do: "prepare", ...file, l2, within });
    const [above, oursAbove] = [answer.above as number, answer.oursAbove as number];
    bench.notes.push(
      `Linear head: scikit-learn in its quickest way that is exact enough (${String(answer.how)}); above the minimum of the objective: Graft ${oursAbove.toExponential(1)}, scikit-learn ${above.toExponential(1)}.`,
    );
    if (!(oursAbove <= within)) bench.notes.push(`Linear head: Graft did not come within ${within} of the minimum.`);
  }
  return measuredRow(bench, {
    what: "linear head 5000x1280 to the optimum",
    unit: "ms",
    goals: [{ peer: "scikit-learn", atLeast: 2 }],
    graft: { name: "graft", round: async () => rounded(1000 * (await timed(() => bench.engine.solveHead(request)))) },
    others: sklearn === undefined ? [] : [peerContender(sklearn, "head", 1, (seconds) => 1000 * seconds)],
  });
}

/** Standardised features as of a backbone: positively skewed, correlated, with classes that overlap. */
function overlappingClasses() {
  const rng = new Rng(11);
  const hidden = 64;
  const mixing = Float32Array.from({ length: hidden * width }, () => rng.normal() / 8);
  const centres = Float32Array.from({ length: classes * hidden }, () => 0.6 * rng.normal());
  const labels = Int32Array.from({ length: rows }, () => rng.below(classes));
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const source = Float32Array.from({ length: hidden }, (_, i) => centres[labels[row]! * hidden + i]! + rng.normal());
    for (let column = 0; column < width; column++) {
      let value = 0.5 * rng.normal();
      for (let i = 0; i < hidden; i++) value += source[i]! * mixing[i * width + column]!;
      data[row * width + column] = Math.max(0, value);
    }
  }
  for (let column = 0; column < width; column++) {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const value = data[row * width + column]!;
      sum += value;
      squares += value * value;
    }
    const mean = sum / rows;
    const deviation = Math.sqrt(squares / rows - mean * mean);
    for (let row = 0; row < rows; row++) {
      data[row * width + column] = (data[row * width + column]! - mean) / deviation;
    }
  }
  return { features: { shape: [rows, width], data }, labels };
}
