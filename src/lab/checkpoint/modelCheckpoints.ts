import { join } from "node:path";
import { CHECKPOINT_VERSION, checkpointNames, descriptionOf } from "../../shared/checkpointHeader";
import { labHost } from "../../shared/labHost";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import type { Preprocessing } from "../backbone/preprocessing";
import type { Provenance } from "../modelFile/provenance";
import type { TrainingHistory } from "../train/history";
import type { UnfinishedTraining } from "../train/unfinishedTraining";
import { type Checkpoint, storedPhase, storedUnfinished } from "./checkpoint";
import { removeOldCheckpoints, writeCheckpoint } from "./writeCheckpoint";

/** How often a training saves, at most. */
export const CHECKPOINT_INTERVAL_MS = 2000;
/** A file that took long to write is written less often: saving may take this share of the time. */
const largestShare = 0.03;
/** Models of one folder that are kept. */
const keptModels = 10;

/** The model whose checkpoints these are. */
export interface SavedModel {
  readonly backbone: string;
  readonly featureLayer: string;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
  readonly pretrained: boolean;
  readonly provenance?: Provenance;
  readonly checkpoints: boolean;
}

/** What changes while it trains. */
export interface SavedState {
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly trainable: readonly string[];
  readonly trainedOn: string;
  /** See `CheckpointDescription.reached`. */
  readonly reached: string;
  /** While it trains, and after an interrupt. */
  readonly unfinished?: UnfinishedTraining;
}

let models = 0;

/** The checkpoints of one model: one file, whose name it keeps, and the file before it. A failure to write is said and does not end the training. */
export class ModelCheckpoints {
  readonly #model: SavedModel;
  /** What the person's variable holds. */
  readonly #object: object & { readonly history: TrainingHistory };
  #stem: string | undefined;
  #last: Promise<void> = Promise.resolve();
  #writing = false;
  #nextAt = 0;
  #warned = false;

  constructor(object: object & { readonly history: TrainingHistory }, model: SavedModel) {
    this.#object = object;
    this.#model = model;
  }

  /** Whether the model is one to keep. Its trainings are among the runs then. */
  get wanted(): boolean {
    return this.#model.checkpoints;
  }

  get enabled(): boolean {
    return this.wanted && labHost().checkpointFolder !== undefined;
  }

  /** Absolute path of the file, which may not be written yet; undefined: the model is not saved. */
  get file(): string | undefined {
    const folder = labHost().checkpointFolder;
    return this.wanted && folder !== undefined ? join(folder, checkpointNames(this.#named()).current) : undefined;
  }

  /** Saves unless that was done a moment ago; nobody waits for it. */
  offer(state: SavedState): void {
    if (!this.#writing && performance.now() >= this.#nextAt) {
      void this.#enqueue(state);
    }
  }

  /** Saves in any case. Resolves when the file is whole. */
  async save(state: SavedState): Promise<void> {
    await this.#enqueue(state);
    if (this.enabled && labHost().nameOf(this.#object) === undefined) {
      // Trained in a function that returns it: the variable is set when the cell has ended.
      labHost().afterCell(() => {
        if (labHost().nameOf(this.#object) !== undefined) {
          void this.#enqueue(state);
        }
      });
    }
  }

  #enqueue(state: SavedState): Promise<void> {
    const folder = labHost().checkpointFolder;
    if (!this.wanted || folder === undefined) {
      return Promise.resolve();
    }
    // What is true now is saved, not what the history has become when its turn comes.
    const variable = labHost().nameOf(this.#object);
    const checkpoint = this.#checkpoint(state, variable);
    const stem = this.#named();
    this.#last = this.#last.then(() => this.#write(folder, stem, checkpoint));
    return this.#last;
  }

  /** By the variable's name when it was first needed. */
  #named(): string {
    const variable = labHost().nameOf(this.#object) ?? "model";
    return (this.#stem ??= `${fileNamed(variable)}-${Date.now().toString(36)}${(++models).toString(36)}`);
  }

  async #write(folder: string, stem: string, checkpoint: Checkpoint): Promise<void> {
    const started = performance.now();
    this.#writing = true;
    try {
      const file = await writeCheckpoint(folder, stem, checkpoint);
      await removeOldCheckpoints(folder, keptModels);
      labHost().checkpointed(descriptionOf(file, checkpoint.about));
    } catch (error) {
      if (!this.#warned) {
        this.#warned = true;
        console.warn(`The model could not be saved: ${(error as Error).message}. Training goes on.`);
      }
    } finally {
      this.#writing = false;
      const now = performance.now();
      this.#nextAt = now + (now - started) / largestShare;
    }
  }

  #checkpoint(state: SavedState, variable: string | undefined): Checkpoint {
    const { backbone, featureLayer, preprocessing, classes, pretrained, provenance } = this.#model;
    const { weights, unfinished, ...rest } = state;
    return {
      weights,
      ...(unfinished && { unfinished }),
      about: {
        version: CHECKPOINT_VERSION,
        savedAt: new Date().toISOString(),
        ...(variable === undefined ? {} : { variable }),
        backbone,
        ...rest,
        classes,
        preprocessing,
        featureLayer,
        pretrained,
        ...(provenance && { provenance }),
        history: this.#object.history.phases.map(storedPhase),
        ...(unfinished && { unfinished: storedUnfinished(unfinished) }),
      },
    };
  }
}

/** A variable's name as the begin of a file's, the same on all systems. */
function fileNamed(variable: string): string {
  return variable.replace(/[^\w.]/g, "_").slice(0, 60);
}
