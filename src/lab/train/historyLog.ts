import { inspectText } from "../inspectText";
import type { EpochRecord, StepRecord, LiveHistory, TrainingPhase } from "./history";

export interface PhaseStart {
  readonly name: string;
  readonly trainableLayers: readonly string[];
  readonly frozenLayers: readonly string[];
  readonly trainableParameters?: number | undefined;
  readonly trainedOn?: string | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly notes?: readonly string[];
}

/** The history of one model while it grows. Steps are counted over all phases. */
export class HistoryLog implements LiveHistory {
  readonly #phases: TrainingPhase[];
  readonly #listeners = new Set<() => void>();

  /** `phases`: what there was before, of a restored model. */
  constructor(phases: readonly TrainingPhase[] = []) {
    this.#phases = [...phases];
  }

  get phases(): readonly TrainingPhase[] {
    return this.#phases;
  }

  get steps(): number {
    return this.#phases.reduce((sum, phase) => sum + phase.steps.length, 0);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  begin(start: PhaseStart): PhaseLog {
    const phase = new PhaseLog(start, this.steps, () => this.#tell());
    this.#phases.push(phase);
    return phase;
  }

  /** The last phase, to go on with after its first `steps` steps: as if it had not stopped. */
  reopen(steps: number): PhaseLog {
    const last = this.#phases.pop()!;
    const phase = new PhaseLog(last, this.steps, () => this.#tell(), last, steps);
    this.#phases.push(phase);
    return phase;
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        // A listener of a cell that was interrupted. The training stops at its next step, with its weights.
        if (!(error instanceof Error && error.name === "InterruptedError")) throw error;
      }
    }
  }
}

export class PhaseLog implements TrainingPhase {
  readonly name: string;
  readonly trainableLayers: readonly string[];
  readonly frozenLayers: readonly string[];
  readonly trainableParameters: number | undefined;
  readonly trainedOn: string | undefined;
  readonly options: Readonly<Record<string, unknown>> | undefined;
  readonly steps: StepRecord[];
  readonly epochs: EpochRecord[];
  readonly notes: string[];
  #status: TrainingPhase["status"] = "training";
  #seconds: number;
  readonly #started = performance.now();
  readonly #offset: number;
  readonly #changed: () => void;

  /** `before` and `steps`: what there was already of a phase that goes on. */
  constructor(start: PhaseStart, offset: number, changed: () => void, before?: TrainingPhase, steps = 0) {
    this.name = start.name;
    this.trainableLayers = start.trainableLayers;
    this.frozenLayers = start.frozenLayers;
    this.trainableParameters = start.trainableParameters;
    this.trainedOn = start.trainedOn;
    this.options = start.options;
    this.notes = [...(start.notes ?? [])];
    this.#offset = offset;
    this.#changed = changed;
    this.#seconds = before?.seconds ?? 0;
    this.steps = (before?.steps ?? []).filter(({ step }) => step <= offset + steps);
    this.epochs = (before?.epochs ?? []).filter(({ step }) => step <= offset + steps);
  }

  get status(): TrainingPhase["status"] {
    return this.#status;
  }

  get seconds(): number {
    const running = this.#status === "training" ? (performance.now() - this.#started) / 1000 : 0;
    return this.#seconds + running;
  }

  /** A cell that ends with a training says what came of it, not thousands of steps. */
  [inspectText](): string {
    const last = this.epochs.at(-1);
    const accuracy =
      last?.trainAccuracy === undefined ? "" : `, training accuracy ${(100 * last.trainAccuracy).toFixed(1)} %`;
    const validation =
      last?.validationAccuracy === undefined
        ? ""
        : `, validation accuracy ${(100 * last.validationAccuracy).toFixed(1)} %`;
    const result = `Training of ${this.name}: ${this.#status} after ${this.steps.length} steps, ${this.seconds.toFixed(1)} s${accuracy}${validation}`;
    return [result, ...this.notes].join("\n");
  }

  /** `step` counts from 1 within this phase. */
  step(record: StepRecord): void {
    this.steps.push({ ...record, step: this.#offset + record.step });
    this.#changed();
  }

  /** `step` counts from 1 within this phase. */
  epoch(record: EpochRecord): void {
    this.epochs.push({ ...record, step: this.#offset + record.step });
    this.#changed();
  }

  /** As a sentence. */
  note(sentence: string): void {
    this.notes.push(sentence);
  }

  end(status: "finished" | "interrupted" | "failed"): void {
    this.#seconds = this.seconds;
    this.#status = status;
    this.#changed();
  }
}
