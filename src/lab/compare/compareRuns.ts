/** Trainings that have been, as rows of a comparison: those that differ in their seed alone are one row. */
import type { ComparisonRow } from "../../shared/figure";
import { GraftError } from "../../shared/graftError";
import type { TrainingHistory, TrainingPhase } from "../train/history";
import { studentInterval } from "./studentInterval";

/** A training that can be compared with others: one of `runs.list()`. */
export interface ComparableRun {
  readonly name: string;
  /** `"trainHead"`, `"fineTune"`, … */
  readonly strategy: string;
  /** As they were used. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** Its phases. */
  readonly history: TrainingHistory | readonly TrainingPhase[];
  /** Wall-clock. */
  readonly seconds: number;
}

/**
 * Mean of the last validation accuracy with its 95 % interval over seeds, and mean seconds. Rows are named by their strategy and by the options in
 * which they differ. Throws `show/no-validation`.
 */
export function rowsOfRuns(runs: readonly ComparableRun[]): ComparisonRow[] {
  const varying = varyingOptions(runs);
  const groups = new Map<string, ComparableRun[]>();
  for (const run of runs) {
    const name = rowName(run, varying);
    groups.set(name, [...(groups.get(name) ?? []), run]);
  }
  return [...groups].map(([name, group]): ComparisonRow => {
    const accuracies = group.map(lastAccuracy);
    const seconds = group.reduce((sum, run) => sum + run.seconds, 0) / group.length;
    const [only] = accuracies as [number];
    const { mean, interval } =
      group.length === 1 ? { mean: only, interval: [only, only] as const } : studentInterval(accuracies);
    return {
      ...{ strategy: name, detail: name, labels: 0, seeds: group.length, trunkPasses: 0 },
      ...{ accuracy: round(mean), interval: [round(interval[0]), round(interval[1])], seconds: round(seconds) },
    };
  });
}

function varyingOptions(runs: readonly ComparableRun[]): string[] {
  const names = new Set(runs.flatMap(({ options = {} }) => Object.keys(options)));
  names.delete("seed");
  return [...names].filter((name) => new Set(runs.map(({ options }) => inWords(options?.[name]))).size > 1);
}

function rowName({ strategy, options = {} }: ComparableRun, varying: readonly string[]): string {
  const differences = varying.filter((name) => options[name] !== undefined);
  return [strategy, ...differences.map((name) => `${name} ${inWords(options[name])}`)].join(", ");
}

/** An option's value. */
export function inWords(option: unknown): string {
  const isList = Array.isArray(option) && option.length > 3;
  if (isList) return `${option.length} of ${String(option[0])} … ${String(option.at(-1))}`;
  return typeof option === "string" ? option : JSON.stringify(option ?? null).replace(/["{}]/g, "");
}

function lastAccuracy({ name, history }: ComparableRun): number {
  const phases = "phases" in history ? history.phases : history;
  const accuracy = phases.flatMap(({ epochs }) => epochs).findLast((epoch) => epoch.validationAccuracy !== undefined);
  if (accuracy?.validationAccuracy !== undefined) return accuracy.validationAccuracy;
  throw new GraftError({
    code: "show/no-validation",
    expected: "runs with validation data, whose accuracy tells which is better",
    found: `"${name}" without`,
    remedy: "Pass validation when training, or leave this run out",
  });
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
