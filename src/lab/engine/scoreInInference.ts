import type { LayerGraph } from "../backbone/layerGraph";
import { exportWithWeightInputs } from "./exportOnnx";
import type { RowReader } from "./rowReader";
import type { Feeds, Runtime } from "./runtime";
import type { StepScore } from "./stepBatch";

const batchSize = 256;

/** Sums of cross-entropy and hits over all examples, in inference mode (no dropout, moving statistics). */
export async function scoreInInference(
  runtime: Runtime,
  graph: LayerGraph,
  weightFeeds: Feeds,
  features: RowReader,
  labels: Int32Array,
): Promise<StepScore> {
  const session = await runtime.session(`score ${JSON.stringify(graph)}`, () => exportWithWeightInputs(graph));
  const { Tensor } = await runtime.ort();
  const rowSize = graph.input.shape.reduce((product, length) => product * length, 1);
  const buffer = new Float32Array(Math.min(batchSize, labels.length) * rowSize);
  let loss = 0;
  let correct = 0;
  for (let from = 0; from < labels.length; from += batchSize) {
    const to = Math.min(labels.length, from + batchSize);
    const batch = buffer.subarray(0, (to - from) * rowSize);
    for (let row = from; row < to; row++) features.read(row, buffer, (row - from) * rowSize);
    const feed = new Tensor("float32", batch, [to - from, ...graph.input.shape]);
    const { output } = await session.run({ ...weightFeeds, [graph.input.name]: feed });
    const logits = output!.data as Float32Array;
    const classes = logits.length / (to - from);
    for (let row = from; row < to; row++) {
      const scores = logits.subarray((row - from) * classes, (row - from + 1) * classes);
      const label = labels[row]!;
      const best = scores.reduce((at, score, i) => (score > scores[at]! ? i : at), 0);
      const sum = scores.reduce((total, score) => total + Math.exp(score - scores[best]!), 0);
      loss += Math.log(sum) + scores[best]! - scores[label]!;
      if (best === label) correct++;
    }
  }
  return { loss, correct };
}
