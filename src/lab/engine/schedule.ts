/**
 * Learning rate over a run, as functions of the update's number alone, so that a run that is taken up again goes on exactly.
 * Names and defaults are the papers'.
 */
import { GraftError } from "../../shared/graftError";

/** The course of the learning rate; parts are of the whole training, in [0, 1]. */
export type Schedule =
  | "constant"
  /** Half a cosine from the base rate at the first step towards 0 after the last (Loshchilov & Hutter 2017). */
  | "cosine"
  /** Grows linearly over `warmupSteps`, from base / `warmupSteps` at the first to the base rate at the last of them, then `after` (default constant) begins. */
  | { readonly name: "warmup"; readonly warmupSteps: number; readonly after?: "constant" | "cosine" }
  /** Smith 2018, as in fastai: cosine up from base / 25 to base over `warmupPart` (default 0.25) of the run, then down to base / 100,000. Momentum stays as it is. */
  | { readonly name: "oneCycle"; readonly warmupPart?: number }
  /** Howard & Ruder 2018 (ULMFiT), section 3.2: linear up over `cutPart` (default 0.1), then down to base / `ratio` (default 32). */
  | { readonly name: "slantedTriangular"; readonly cutPart?: number; readonly ratio?: number }
  /** Multiplied by `factor` with each step. */
  | { readonly name: "exponential"; readonly factor: number }
  /** Multiplied by `factor` (default 0.1) when the validation loss has not improved for `patience` epochs (default 5), down to `lowest` (default 0). */
  | { readonly name: "plateau"; readonly factor?: number; readonly patience?: number; readonly lowest?: number };

/** What the plateau schedule remembers from epoch to epoch; plain data. */
export interface PlateauState {
  /** The base rate times all reductions so far. */
  readonly scale: number;
  /** Lowest validation loss so far. */
  readonly lowestLoss?: number;
  /** Epochs since it, or since the last reduction. */
  readonly waited: number;
}

export const PLATEAU_START: PlateauState = { scale: 1, waited: 0 };

/** The rate of the update after `done` others, of `steps` in all. */
export function learningRateAt(
  schedule: Schedule,
  base: number,
  done: number,
  steps: number,
  plateau: PlateauState = PLATEAU_START,
): number {
  if (schedule === "constant") return base;
  if (schedule === "cosine") return cosineBetween(base, 0, done / steps);
  switch (schedule.name) {
    case "warmup": {
      const { warmupSteps, after = "constant" } = schedule;
      if (done < warmupSteps) return (base * (done + 1)) / warmupSteps;
      return learningRateAt(after, base, done - warmupSteps, steps - warmupSteps);
    }
    case "oneCycle": {
      const { warmupPart = 0.25 } = schedule;
      const part = done / steps;
      if (part < warmupPart) return cosineBetween(base / 25, base, part / warmupPart);
      return cosineBetween(base, base / 1e5, (part - warmupPart) / (1 - warmupPart));
    }
    case "slantedTriangular": {
      const { cutPart = 0.1, ratio = 32 } = schedule;
      const cut = Math.max(1, Math.floor(steps * cutPart));
      const height = done < cut ? done / cut : 1 - (done - cut) / (cut * (1 / cutPart - 1));
      return (base * (1 + Math.max(0, height) * (ratio - 1))) / ratio;
    }
    case "exponential":
      return base * schedule.factor ** done;
    case "plateau":
      return Math.max(base * plateau.scale, Math.min(base, schedule.lowest ?? 0));
  }
}

/** After an epoch. A loss that is no number is no improvement. */
export function plateauAfter(schedule: Schedule, state: PlateauState, validationLoss: number): PlateauState {
  if (typeof schedule === "string" || schedule.name !== "plateau") return state;
  const { factor = 0.1, patience = 5 } = schedule;
  if (validationLoss < (state.lowestLoss ?? Infinity)) {
    return { scale: state.scale, lowestLoss: validationLoss, waited: 0 };
  }
  const waited = state.waited + 1;
  return waited < patience ? { ...state, waited } : { ...state, scale: state.scale * factor, waited: 0 };
}

/** Whether a rate depends on how many steps there are in all. */
export function dependsOnLength(schedule: Schedule): boolean {
  if (typeof schedule === "string") return schedule === "cosine";
  if (schedule.name === "warmup") return schedule.after === "cosine";
  return schedule.name !== "plateau" && schedule.name !== "exponential";
}

/**
 * @throws GraftError `engine/schedule` when its numbers make no sense or it lacks the validation that it reads, `engine/schedule-too-long` when it is
 * longer than the run.
 */
export function checkSchedule(schedule: Schedule, steps: number, hasValidation: boolean): void {
  if (typeof schedule === "string") return;
  switch (schedule.name) {
    case "warmup": {
      const { warmupSteps } = schedule;
      if (!Number.isInteger(warmupSteps) || warmupSteps < 1) {
        throw scheduleError("a whole number of warm-up steps, at least 1", `${warmupSteps}`, "Warm up for a few steps");
      }
      if (warmupSteps < steps) return;
      throw new GraftError({
        code: "engine/schedule-too-long",
        expected: `fewer warm-up steps than the ${steps} steps of the training`,
        found: `${warmupSteps}`,
        remedy: "Warm up for fewer steps, or train for more epochs",
      });
    }
    case "oneCycle":
      requirePart("warmupPart", schedule.warmupPart ?? 0.25);
      return;
    case "slantedTriangular": {
      requirePart("cutPart", schedule.cutPart ?? 0.1);
      const { ratio = 32 } = schedule;
      if (Number.isFinite(ratio) && ratio >= 1) return;
      throw scheduleError("a ratio of at least 1", `${ratio}`, "32 is the paper's");
    }
    case "exponential": {
      const { factor } = schedule;
      if (Number.isFinite(factor) && factor > 0) return;
      throw scheduleError("a factor above 0", `${factor}`, "Below 1 the rate falls, above it grows");
    }
    case "plateau": {
      const { factor = 0.1, patience = 5, lowest = 0 } = schedule;
      if (!hasValidation) {
        throw scheduleError(
          "validation examples, whose loss a plateau schedule follows",
          "none",
          "Give validation examples, or choose another schedule",
        );
      }
      if (!(factor > 0 && factor < 1)) {
        throw scheduleError("a factor between 0 and 1", `${factor}`, "Divide the rate by ten with 0.1");
      }
      if (!Number.isInteger(patience) || patience < 1) {
        throw scheduleError("a patience of whole epochs, at least 1", `${patience}`, "Wait for one epoch or more");
      }
      if (!Number.isFinite(lowest) || lowest < 0) {
        throw scheduleError("a lowest rate of at least 0", `${lowest}`, "Leave it out");
      }
    }
  }
}

/** Cosine annealing: `from` at part 0, `to` at part 1. */
function cosineBetween(from: number, to: number, part: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;
}

function requirePart(name: string, part: number): void {
  if (part > 0 && part < 1) return;
  throw scheduleError(`a ${name} between 0 and 1`, `${part}`, "It is the part of the run in which the rate grows");
}

function scheduleError(expected: string, found: string, remedy: string): GraftError {
  return new GraftError({ code: "engine/schedule", expected, found, remedy });
}
