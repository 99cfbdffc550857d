/** The library that cells import as "graft": everything a person can name is exported here, and nothing else is promised. */
import { currentRuntime } from "./train/currentRuntime";

export type { Backbone } from "./backbone/backbone";
export { backbones, type LoadOptions } from "./backbone/backbones";
export type { ListedBackbone } from "../shared/listedBackbones";
export type { BackboneCard } from "./backbone/card";
export { denseEncoder, type DenseEncoderOptions } from "./backbone/denseEncoder";
export { transformerEncoder, type TransformerEncoderOptions } from "./backbone/transformerEncoder";
export type { Activation, Layer, LayerGraph, Tensor, Weights } from "./backbone/layerGraph";
export { meanAndStd } from "./backbone/meanAndStd";
export type { ImagePreprocessing, Preprocessing, TokenPreprocessing } from "./backbone/preprocessing";
export { checkpoints, type Checkpoints } from "./checkpoint/checkpoints";
export type { ComparableRun } from "./compare/compareRuns";
export { compareStrategies, type CompareOptions } from "./compare/compareStrategies";
export { recommend, type Recommendation, type RecommendationRow, type RecommendOptions } from "./compare/recommend";
export type { Depth } from "./strategies/defaultLayers";
export type { NamedStrategies, Strategy, StrategySettings } from "./compare/strategy";
export type { AugmentOptions, ViewOptions } from "./data/augmentedImages";
export { Dataset, type DatasetFold, type DatasetSplit } from "./data/dataset";
export type { DatasetParts, LabelledParts, TextParts } from "./data/datasetParts";
export { datasets, type IdxOptions } from "./data/datasets";
export type { ImageFolderOptions } from "./data/folder/imageFolder";
export type { ImageTable } from "./data/folder/imageTable";
export type { NearDuplicate, NearDuplicateOptions } from "./data/duplicates/nearDuplicates";
export type { ImageFit } from "./data/imageFit";
export type { RawImage } from "./data/joinedImages";
export type { NpzOptions } from "./data/npz";
export type { SampleOptions } from "./data/sampling";
export type { CsvFormat } from "./data/csvRows";
export type { CsvOptions } from "./data/texts/csvTexts";
export type { TextColumns } from "./data/texts/labelledRows";
export type { FoldOptions, SplitOptions, SplitReached, SplitShare } from "./data/splitting";
export type { ImageSize } from "./data/resizedImages";
export type { MnistOptions, TrainAndTest } from "./data/mnist";
export type { ExplainOptions, Explanation } from "./explain/explain";
export type { OcclusionOptions } from "./explain/occlusion";
export { features } from "./features/features";
export type { FeatureUse } from "./features/featureStore";
export type { Score } from "./head/softmaxScore";
export type { ExportedModel, ExportFormat } from "./export/exportModel";
export type { ExportOptions } from "./export/exporter";
export { show } from "./insight/show";
export type { CurvesOptions, CurvesSource, Trained } from "./insight/showCurves";
export type { EmbeddingPlot, Selection } from "./insight/embeddingPlot";
export type { EmbeddingOptions } from "./insight/showEmbedding";
export type { ShowExplanationOptions } from "./insight/showExplanation";
export type { ShowReconstructionsOptions } from "./insight/showReconstructions";
export type { ConfusionOptions } from "./insight/confusionFigure";
export type { Drifted, DriftSource } from "./insight/driftFigure";
export type { LinePoints, LinesOptions } from "./insight/linesFigure";
export type { ShowExamplesOptions } from "./insight/examplesFigure";
export type { Classifier, JudgedExamples } from "./insight/judgement";
export type { PicturedExamples } from "./insight/pictureOf";
export type { TopLossesOptions } from "./insight/topLossesFigure";
export { metrics } from "./metrics/metrics";
export type { Calibration, CalibrationBin, CalibrationOptions } from "./metrics/calibration";
export type { AverageScore, ClassificationReport, ClassScore } from "./metrics/classificationReport";
export type { ConfusionMatrix } from "./metrics/confusionMatrix";
export type { LayerDrift, WeightedGraph } from "./metrics/drift";
export type { OperatingPoint } from "./metrics/ranking";
export { models } from "./modelFile/models";
export type { AutoencoderOptions } from "./pretrain/autoencoders";
export type { Guess, MaskedTokenEncoder } from "./pretrain/maskedTokenEncoder";
export type { MaskedTokenOptions } from "./pretrain/maskedTokens";
export { pretrain } from "./pretrain/pretrain";
export type { Reconstruction, Reconstructions, StackedAutoencoder } from "./pretrain/stackedAutoencoder";
export type { SavedModelFile } from "./modelFile/saveModelFile";
export { type Run, runs } from "./runs/runs";
export type { Texts } from "./text/texts";
export type { Tokenizer, TokenizerData } from "./text/tokenizer";
export { tokenizers, type TrainTokenizerOptions } from "./text/tokenizers";
export { fromScratch, graft, type GraftOptions } from "./train/graft";
export type { EpochRecord, LiveHistory, StepRecord, TrainingHistory, TrainingPhase } from "./train/history";
export type { LoraOptions } from "./strategies/lora";
export type { FineTuneOptions } from "./train/fineTuneOptions";
export type { AllLayers, FromLayer, LastLayers, LayerSelection, OptionalSelection } from "./train/layerSelection";
export type { StagedOptions } from "./strategies/defaultLayers";
export type { FindLearningRateOptions, LearningRateSearch } from "./strategies/findLearningRate";
export type { EarlyStopping } from "./engine/earlyStopping";
export type { Model } from "./train/model";
export type { ResumeOptions } from "./train/trainableModel";
export type { Prediction } from "./head/predictions";
export type {
  LinearHeadOptions,
  MlpHeadOptions,
  NearestHeadOptions,
  PrototypeHeadOptions,
  TrainHeadOptions,
} from "./train/trainHeadOptions";
export type { Corruption } from "./engine/corruption";
export type { Optimizer } from "./engine/optimizer";
export type { Schedule } from "./engine/schedule";
export type { ComparisonRow } from "../shared/figure";
export type { CheckpointDescription, RunDescription, RunMetrics, TrainingDescription } from "../shared/sessionState";
export { GraftError, InterruptedError } from "../shared/graftError";

/**
 * What trains and infers here: `{ training: "onnxruntime 1.30.0" }`.
 *
 * @example
 * ```ts
 * import { engineInfo } from "graft";
 * console.log(engineInfo().training);
 * ```
 */
export function engineInfo(): { readonly training: string } {
  return { training: currentRuntime().engine.name };
}
