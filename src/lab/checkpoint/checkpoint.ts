import type { LayerGraph, Weights } from "../backbone/layerGraph";
import type { Preprocessing } from "../backbone/preprocessing";
import type { CheckpointAbout } from "../../shared/checkpointHeader";
import type { TrainingProgress } from "../engine/trainingSnapshot";
import type { Provenance } from "../modelFile/provenance";
import type { EpochRecord, StepRecord, TrainingPhase } from "../train/history";
import type { UnfinishedTraining } from "../train/unfinishedTraining";

/** A model as it stands in a checkpoint file: enough to go on with it in another process. */
export interface Checkpoint {
  readonly about: ModelAbout;
  readonly weights: Weights;
  /** The training that it was saved in the middle of. */
  readonly unfinished?: UnfinishedTraining;
}

/** The JSON beside the weights. Later versions may add to it; what is here keeps its meaning. */
export interface ModelAbout extends CheckpointAbout {
  readonly graph: LayerGraph;
  /** Name of the value that the head reads. Files of earlier Graft have none: their heads are one layer. */
  readonly featureLayer?: string;
  /** Absent in files of earlier Graft. */
  readonly pretrained?: boolean;
  readonly provenance?: Provenance;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
  /** Names of the layers that are not frozen. */
  readonly trainable: readonly string[];
  /** Id of the dataset that the model was last trained on. */
  readonly trainedOn?: string;
  readonly history: readonly StoredPhase[];
  /** Of a training that was not at its end; its numbers are tensors of the file. */
  readonly unfinished?: StoredUnfinished;
}

export type StoredUnfinished = Omit<UnfinishedTraining, "snapshot"> & { readonly progress: TrainingProgress };

export function storedUnfinished({ snapshot, ...rest }: UnfinishedTraining): StoredUnfinished {
  return { ...rest, progress: snapshot.progress };
}

/** A phase of the history, its steps in columns: thousands of them are the most of it. */
export interface StoredPhase extends Omit<TrainingPhase, "steps"> {
  readonly steps: StoredSteps;
  readonly epochs: readonly EpochRecord[];
}

export interface StoredSteps {
  readonly step: readonly number[];
  readonly loss: readonly number[];
  /** `null` where the solver has none. */
  readonly learningRate: readonly (number | null)[];
}

export function storedPhase(phase: TrainingPhase): StoredPhase {
  const { name, trainableLayers, frozenLayers, trainableParameters, trainedOn, options } = phase;
  const { steps, epochs, status, seconds, notes } = phase;
  return {
    name,
    trainableLayers,
    frozenLayers,
    trainableParameters,
    trainedOn,
    options,
    epochs: [...epochs],
    status,
    seconds,
    notes: [...notes],
    steps: {
      step: steps.map(({ step }) => step),
      loss: steps.map(({ loss }) => loss),
      learningRate: steps.map(({ learningRate }) => learningRate ?? null),
    },
  };
}

/** A phase that was still training when it was saved did not get further: it was interrupted. */
export function restoredPhase(phase: StoredPhase): TrainingPhase {
  const { step, loss, learningRate } = phase.steps;
  return {
    ...phase,
    status: phase.status === "training" ? "interrupted" : phase.status,
    steps: step.map((number, i): StepRecord => {
      const rate = learningRate[i] ?? null;
      return { step: number, loss: loss[i]!, ...(rate === null ? {} : { learningRate: rate }) };
    }),
  };
}
