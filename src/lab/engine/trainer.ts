/** Entry of the trainer thread: owns ONNX Runtime and does all the arithmetic, so that the main thread stays free. */
import { parentPort, type Transferable } from "node:worker_threads";
import { onnxHeadProblem } from "./onnxHeadProblem";
import { ProgressOutbox } from "./progressOutbox";
import { runInference } from "./runInference";
import { runTraining } from "./runTraining";
import { Runtime } from "./runtime";
import { solveLinearHead } from "./solveLinearHead";
import type { TrainingSnapshot } from "./trainingSnapshot";
import { toWireError, type FromTrainer, type Job, type Results, type ToTrainer } from "./trainerMessages";

const port = parentPort;
if (port === null) throw new Error("trainer.js runs as a worker thread, see onnxruntimeEngine.ts");

const runtime = new Runtime();
let last: Promise<void> = Promise.resolve();

function send(message: FromTrainer, transfer: readonly Transferable[] = []): void {
  port!.postMessage(message, transfer);
}

port.on("message", ({ id, job }: ToTrainer) => {
  last = last.then(() => work(id, job));
});

async function work(id: number, job: Job): Promise<void> {
  const outbox = new ProgressOutbox((progress) => send({ kind: "progress", id, progress }));
  try {
    const result = await resultOf(id, job, outbox);
    outbox.flush();
    send({ kind: "done", id, result }, buffersOf(result));
  } catch (error) {
    outbox.flush();
    send({ kind: "failed", id, error: toWireError(error) });
  }
}

function resultOf(id: number, job: Job, outbox: ProgressOutbox): Promise<Results[keyof Results]> {
  switch (job.kind) {
    case "infer": {
      const { graph, weights, input, ...options } = job.request;
      return runInference(runtime, graph, weights, input, {
        ...options,
        onRows: (done) => outbox.add({ kind: "rows", done }),
      });
    }
    case "train":
      return runTraining(runtime, job.request, {
        onStep: (step) => outbox.add({ kind: "step", step }),
        onEpoch: (epoch) => outbox.add({ kind: "epoch", epoch }),
        onSnapshot: (snapshot) => {
          outbox.flush();
          send({ kind: "progress", id, progress: [{ kind: "snapshot", snapshot }] }, buffersOf(snapshot));
        },
      });
    case "solveHead":
      return solveLinearHead(
        job.request,
        { onIteration: (iteration) => outbox.add({ kind: "iteration", iteration }) },
        (request) => onnxHeadProblem(runtime, request),
      );
  }
}

/** The memory of a result, which moves to the main thread instead of being copied. */
function buffersOf(result: Results[keyof Results] | TrainingSnapshot): ArrayBuffer[] {
  const tensors = [
    ...("data" in result ? [result] : []),
    ...("kernel" in result ? [result.kernel, result.bias] : []),
    ...("weights" in result ? result.weights.values() : []),
    ...("slots" in result ? result.slots.values() : []),
    ...("snapshot" in result ? [...result.snapshot.weights.values(), ...result.snapshot.slots.values()] : []),
    ...("best" in result ? result.best.weights.values() : []),
  ];
  return [...new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer))];
}
