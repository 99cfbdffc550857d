/**
 * What the kernel tells a front end about the session over the comm target `graft.session`: which models and datasets the
 * cells hold, under which variable names, and how long work is getting on. Commands and views read this; they never run
 * code to find out.
 */
import type { ProgressUpdate } from "./labHost";
import type { TypeProblem } from "./typeProblem";

export const SESSION_COMM_TARGET = "graft.session";

/** Data of each `comm_msg` from the kernel. The first messages after `comm_open` are a `state`, once the kernel has one, and `executions`. */
export type SessionMessage =
  | { readonly kind: "state"; readonly state: SessionState }
  /** Sent once, after `comm_open`: the executions that no front end has acknowledged yet, in the order in which they were asked for. */
  | { readonly kind: "executions"; readonly executions: readonly KeptExecution[] }
  /**
   * Answer to a `replay` request: the next messages of this execution, in order. Those of iopub that come after it arrive as usual;
   * its reply and its requests for input, which go to whoever asked, come in further `replay` messages.
   */
  | { readonly kind: "replay"; readonly executionId: string; readonly messages: readonly ReplayedMessage[] }
  /**
   * A cell has been compiled and begins to run. Names of its top level; `uses` are those of the notebook that it reads or assigns
   * and does not declare. Both are empty for a cell that could not be compiled, or was stopped by its types.
   */
  | {
      readonly kind: "ran";
      readonly executionId: string;
      readonly defines: readonly string[];
      readonly uses: readonly string[];
    }
  /** Sent after each execution to those who asked with `watchVariables`. */
  | { readonly kind: "variables"; readonly variables: readonly VariableDescription[]; readonly tensors?: TensorMemory }
  /** A checkpoint has been written. */
  | { readonly kind: "checkpoint"; readonly checkpoint: CheckpointDescription }
  | { readonly kind: "progress"; readonly progress: ProgressUpdate }
  /** Answer to `select`. `known`: false when this kernel has no such figure; `variable`: the one that holds it. */
  | { readonly kind: "selected"; readonly plot: string; readonly known: boolean; readonly variable?: string }
  /** The check of one execution (its request's `msg_id`) is through; an empty list means that the types are right. */
  | { readonly kind: "checked"; readonly executionId: string; readonly problems: readonly TypeProblem[] };

/** Data of each `comm_msg` to the kernel. */
export type SessionRequest =
  /** Send again what this execution has sent so far, and its reply when that comes. */
  | { readonly kind: "replay"; readonly executionId: string }
  /** The front end has shown all of this execution: the kernel may forget it. */
  | { readonly kind: "acknowledge"; readonly executionId: string }
  | { readonly kind: "watchVariables"; readonly watch: boolean }
  /** People can select in this front end's figures. */
  | { readonly kind: "offerSelections" }
  /** A person has selected these examples of the dataset in the figure of this name; none: takes it back. */
  | { readonly kind: "select"; readonly plot: string; readonly indices: number[] };

/** An execution whose messages the kernel keeps until a front end acknowledges it. */
export interface KeptExecution {
  /** The request's `msg_id`. */
  readonly executionId: string;
  readonly code: string;
  /** Metadata of the request: front ends put there what tells them the cell. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly state: "waiting" | "running" | "done";
}

/** A Jupyter message as it was sent. */
export interface ReplayedMessage {
  readonly channel: "shell" | "iopub" | "stdin";
  readonly header: Readonly<Record<string, unknown>>;
  readonly parent_header: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

export type VariableKind =
  | "tensor"
  | "model"
  | "dataset"
  | "array"
  | "collection"
  | "object"
  | "number"
  | "text"
  | "boolean"
  | "nothing"
  | "code";

export interface VariableDescription {
  readonly name: string;
  readonly kind: VariableKind;
  /** `"number"`, `"Tensor"`, `"Dataset"`, `"Float32Array"`, `"Map"`, … */
  readonly type: string;
  /** The beginning of the value, on one line. */
  readonly preview: string;
  /** Of tensors, datasets, arrays and collections. */
  readonly shape?: readonly number[];
  readonly dtype?: string;
  /** Memory of its data, where that is known. */
  readonly bytes?: number;
}

export interface TensorMemory {
  /** tfjs tensors that are alive. */
  readonly count: number;
  readonly bytes: number;
  /**
   * Those of them that no variable holds: they were probably not disposed of. Undefined when the variables hold too much to
   * look through.
   */
  readonly leaked?: number;
}

/** A saved model that a new kernel can take up again. */
export interface CheckpointDescription {
  /** Absolute path. */
  readonly file: string;
  /** Name of the variable that held the model; undefined when no variable did. */
  readonly variable?: string;
  readonly backbone: string;
  /** `"last 3 layers, epoch 4 of 20"`. */
  readonly reached: string;
  /** ISO 8601. */
  readonly savedAt: string;
}

export interface SessionState {
  readonly engine: EngineInfo;
  readonly models: readonly NamedModel[];
  readonly datasets: readonly NamedDataset[];
  readonly backbones: readonly NamedBackbone[];
  /** Features that images left behind when they crossed a frozen backbone. */
  readonly featureCache: FeatureCacheUse;
  /** Trainings of this kernel, the newest first. */
  readonly runs: readonly RunDescription[];
  /** tfjs tensors of the cells that are alive; absent until a cell has imported tfjs. */
  readonly tensors?: { readonly count: number; readonly bytes: number };
}

export interface FeatureCacheUse {
  readonly bytes: number;
  /** One for each frozen part of a backbone with its preprocessing. */
  readonly spaces: number;
  /** What they may take; absent while there is no folder yet. */
  readonly limitBytes?: number;
}

/** A training of a model: one call of `trainHead`, `fineTune`, …, with all its phases. */
export interface RunDescription {
  /** Ids that are greater in the alphabet are of later runs. */
  readonly id: string;
  /** `"model: last 3 layers"`. */
  readonly name: string;
  /** Name of the variable that held the model; undefined when no variable did. */
  readonly model?: string;
  readonly backbone: string;
  /** The method: `"trainHead"`, `"fineTune"`, … */
  readonly strategy: string;
  readonly status: "running" | "finished" | "interrupted" | "failed";
  /** ISO 8601. */
  readonly startedAt: string;
  /** Wall-clock. */
  readonly seconds: number;
  /** In their order; none while it runs. */
  readonly phases: readonly TrainingDescription[];
  /** Of the last epoch. */
  readonly final?: RunMetrics;
  /** Of the epoch with the lowest validation loss; without validation data, the lowest training loss. */
  readonly best?: RunMetrics;
  /** Absolute path of the model as it was saved, while no later training has been saved there. */
  readonly checkpoint?: string;
}

/** Losses are means, accuracies in [0, 1]; what was not measured is absent. */
export interface RunMetrics {
  readonly phase: string;
  /** Within the phase, from 1. */
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy?: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
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
export type NamedBackbone = BackboneDescription & { readonly name: string };

export interface BackboneDescription {
  readonly kind: "backbone";
  /** `"fashion-cnn"`. */
  readonly backbone: string;
  /** `[height, width, channels]`. */
  readonly inputShape: readonly number[];
  readonly parameters: number;
}

export interface ModelDescription {
  readonly kind: "model";
  readonly id: string;
  readonly backbone: string;
  readonly classes: readonly string[];
  /** Layers that have weights, from input to head: the ones that `lastLayers` counts from the end. */
  readonly layers: readonly LayerDescription[];
  /** In the order in which they were begun. */
  readonly trainings: readonly TrainingDescription[];
  /** Id of the dataset that this model was last trained on, if any. */
  readonly trainedOn?: string;
  /** `[height, width, channels]` of the images that it takes. */
  readonly inputShape: readonly number[];
  /** What was measured of a training step, by the number of last layers that trained. */
  readonly stepSeconds: readonly StepSeconds[];
}

export interface StepSeconds {
  readonly lastLayers: number;
  /** Wall-clock, of the latest such training; what the frozen layers cost is in it. */
  readonly seconds: number;
  readonly batchSize: number;
}

export interface LayerDescription {
  readonly name: string;
  /** The Keras class name: `Conv2D`, `BatchNormalization`, `Dense`. */
  readonly type: string;
  readonly parameters: number;
  readonly frozen: boolean;
  /** Of what it puts out, without the batch: `[height, width, channels]` or `[features]`. */
  readonly outputShape: readonly number[];
  /** That it trained with last, before its schedule; absent of frozen layers and of heads that are solved. */
  readonly learningRate?: number;
}

/** One training of a model, as it is now. */
export interface TrainingDescription {
  /** `"head"`, `"last 3 layers"`, `"from scratch"`. */
  readonly name: string;
  readonly status: "training" | "finished" | "interrupted" | "failed";
  readonly epochs: number;
  /** Wall-clock. */
  readonly seconds: number;
  /** Of the last epoch; accuracies in [0, 1]. */
  readonly trainAccuracy?: number;
  readonly validationAccuracy?: number;
}

export interface DatasetDescription {
  readonly kind: "dataset";
  readonly id: string;
  readonly size: number;
  readonly classes: readonly string[];
  /** Examples of each class. */
  readonly classCounts: readonly number[];
  readonly itemKind: "image" | "text";
  /** `[height, width, channels]` of images, empty for texts. */
  readonly itemShape: readonly number[];
}

/** Lab objects answer to this symbol; the kernel finds them among the variables of the cells without loading the lab. */
export const describe: unique symbol = Symbol.for("graft.describe");

export interface Describable {
  [describe](): ModelDescription | DatasetDescription | BackboneDescription;
}

/** Lab objects answer to this symbol with what the Variables view shows of them. */
export const describeVariable: unique symbol = Symbol.for("graft.describeVariable");

export interface DescribableVariable {
  [describeVariable](): VariableContent;
}

export type VariableContent = Omit<VariableDescription, "name">;
