/**
 * What the main thread and the trainer thread say to each other. One request, any number of progress messages, then one
 * `done` or `failed`, all with the id of the request. Requests are worked off one after the other.
 */
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { GraftError, InterruptedError, type GraftErrorParts } from "../../shared/graftError";
import type {
  EpochReport,
  Features,
  SolvedHead,
  SolveHeadRequest,
  SolveIterationReport,
  StepReport,
  TrainRequest,
  TrainResult,
} from "./engine";
import type { TrainingSnapshot } from "./trainingSnapshot";

interface InferRequest {
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly input: Features;
  readonly batchSize: number;
  readonly modelKey?: string;
  readonly interruptFlag?: Int32Array<SharedArrayBuffer>;
}

export type Job =
  | { readonly kind: "infer"; readonly request: InferRequest }
  | { readonly kind: "train"; readonly request: TrainRequest }
  | { readonly kind: "solveHead"; readonly request: SolveHeadRequest };

export interface Results {
  readonly infer: Tensor;
  readonly train: TrainResult;
  readonly solveHead: SolvedHead;
}

export type Progress =
  | { readonly kind: "rows"; readonly done: number }
  | { readonly kind: "step"; readonly step: StepReport }
  | { readonly kind: "epoch"; readonly epoch: EpochReport }
  | { readonly kind: "snapshot"; readonly snapshot: TrainingSnapshot }
  | { readonly kind: "iteration"; readonly iteration: SolveIterationReport };

export interface ToTrainer {
  readonly id: number;
  readonly job: Job;
}

export type FromTrainer =
  | { readonly kind: "progress"; readonly id: number; readonly progress: readonly Progress[] }
  | { readonly kind: "done"; readonly id: number; readonly result: Results[keyof Results] }
  | { readonly kind: "failed"; readonly id: number; readonly error: WireError };

/** Structured clone drops the class and the fields of an error, so its parts cross instead. */
export type WireError =
  | { readonly kind: "graft"; readonly parts: Omit<GraftErrorParts, "cause">; readonly stack: string }
  | { readonly kind: "interrupted" }
  | { readonly kind: "other"; readonly text: string; readonly stack: string };

export function toWireError(error: unknown): WireError {
  if (error instanceof InterruptedError) return { kind: "interrupted" };
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  if (!(error instanceof GraftError)) return { kind: "other", text: String(error), stack };
  const { code, expected, found, remedy } = error;
  return { kind: "graft", parts: { code, expected, found, remedy }, stack };
}

export function fromWireError(wire: WireError): Error {
  if (wire.kind === "interrupted") return new InterruptedError();
  if (wire.kind === "graft") return new GraftError({ ...wire.parts, cause: wire.stack });
  return new GraftError({
    code: "engine/failed",
    expected: "ONNX Runtime to run the model",
    found: wire.text,
    remedy: "Report this with the layers of the model; smaller batches help where memory ran out",
    cause: wire.stack,
  });
}
