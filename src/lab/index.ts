/** The library that cells import as "graft": everything a person can name is exported here, and nothing else is promised. */
import { currentRuntime } from "./train/currentRuntime";

export type { Backbone } from "./backbone/backbone";
export { backbones, type LoadOptions } from "./backbone/backbones";
export type { BackboneCard } from "./backbone/card";
export type { Activation, Layer, LayerGraph, Tensor, Weights } from "./backbone/layerGraph";
export type { Preprocessing } from "./backbone/preprocessing";
export { checkpoints, type Checkpoints } from "./checkpoint/checkpoints";
export { compareStrategies, type CompareOptions } from "./compare/compareStrategies";
export type { LastLayersStrategy, Strategy } from "./compare/strategy";
export { Dataset, type DatasetParts, type DatasetSplit, type SampleOptions, type SplitOptions } from "./data/dataset";
export { datasets, type IdxOptions } from "./data/datasets";
export type { RawImage } from "./data/joinedImages";
export type { MnistOptions, TrainAndTest } from "./data/mnist";
export type { Score } from "./head/softmaxScore";
export type { OnnxExport } from "./export/exportOnnxFile";
export { show } from "./insight/show";
export { fromScratch, graft, type GraftOptions } from "./train/graft";
export type { EpochRecord, StepRecord, TrainingHistory, TrainingPhase } from "./train/history";
export type { FineTuneOptions } from "./train/fineTuneOptions";
export type { Model, Prediction, ResumeOptions, TrainHeadOptions } from "./train/model";
export type { Optimizer } from "./engine/optimizer";
export type { Schedule } from "./engine/schedule";
export type { ComparisonRow } from "../shared/figure";
export type { CheckpointDescription } from "../shared/sessionState";
export { GraftError, InterruptedError } from "../shared/graftError";

/** What trains and infers here: `{ training: "onnxruntime 1.30.0" }`. */
export function engineInfo(): { readonly training: string } {
  return { training: currentRuntime().engine.name };
}
