/**
 * What the kernel tells a front end about the session over the comm target `graft.session`: which models and datasets the
 * cells hold, under which variable names, and how long work is getting on. Commands and views read this; they never run
 * code to find out.
 */
import type { ProgressUpdate } from "./labHost";
import type { TypeProblem } from "./typeProblem";

export const SESSION_COMM_TARGET = "graft.session";

/** Data of each `comm_msg` from the kernel. The first message after `comm_open` is always a `state`. */
export type SessionMessage =
  | { readonly kind: "state"; readonly state: SessionState }
  | { readonly kind: "progress"; readonly progress: ProgressUpdate }
  /** The check of one execution (its request's `msg_id`) is through; an empty list means that the types are right. */
  | { readonly kind: "checked"; readonly executionId: string; readonly problems: readonly TypeProblem[] };

export interface SessionState {
  readonly engine: EngineInfo;
  readonly models: readonly NamedModel[];
  readonly datasets: readonly NamedDataset[];
}

export interface EngineInfo {
  /** What trains and infers: `"onnxruntime 1.30.0"`. */
  readonly training: string;
  /** Backend of `@tensorflow/tfjs` in cells: `"tensorflow (tfjs-node 4.22.0)"`, `"wasm"` or `"cpu"`. */
  readonly tensors: string;
  readonly native: boolean;
}

export type NamedModel = ModelDescription & { readonly name: string };
export type NamedDataset = DatasetDescription & { readonly name: string };

export interface ModelDescription {
  readonly kind: "model";
  readonly id: string;
  readonly backbone: string;
  readonly classes: readonly string[];
  /** Layers that have weights, from input to head: the ones that `lastLayers` counts from the end. */
  readonly layers: readonly LayerDescription[];
  /** Id of the dataset that this model was last trained on, if any. */
  readonly trainedOn?: string;
}

export interface LayerDescription {
  readonly name: string;
  /** The Keras class name: `Conv2D`, `BatchNormalization`, `Dense`. */
  readonly type: string;
  readonly parameters: number;
  readonly frozen: boolean;
}

export interface DatasetDescription {
  readonly kind: "dataset";
  readonly id: string;
  readonly size: number;
  readonly classes: readonly string[];
}

/** Lab objects answer to this symbol; the kernel finds them among the variables of the cells without loading the lab. */
export const describe: unique symbol = Symbol.for("graft.describe");

export interface Describable {
  [describe](): ModelDescription | DatasetDescription;
}
