/** A run in its file: what lists show of it, and what the lab alone reads. The lab writes it; the extension reads it, without a kernel too. */
import type { RunDescription } from "./sessionState";

/** Readers pass over files of a higher one. */
export const RUN_VERSION = 1;
/** Of one notebook; the oldest go. */
export const keptRuns = 100;
const suffix = ".json";

export interface RunFile {
  readonly version: number;
  readonly run: RunDescription;
  /** Process that trains or trained it. */
  readonly pid: number;
  /** As they were passed, as JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How many phases its model had before. */
  readonly phasesBefore: number;
  /** Phases as the lab stores them. */
  readonly history: readonly unknown[];
}

/** Beside the checkpoints of the notebook. */
export function runFolderIn(checkpointFolder: string): string {
  return `${checkpointFolder}/runs`;
}

/** `"20260102-030405678-1f2e"`, of a moment in UTC. */
export function runId(started: Date, salt: number): string {
  const [date, time] = started.toISOString().split("T") as [string, string];
  const digits = (text: string): string => text.replaceAll(/\D/g, "");
  const ending = (salt % 0x1_0000).toString(16).padStart(4, "0");
  return `${digits(date)}-${digits(time.slice(0, 12))}-${ending}`;
}

export function runFileName(id: string): string {
  return id + suffix;
}

/** Undefined for other files. */
export function runIdOf(name: string): string | undefined {
  return /^(\d{8}-\d{9}-[0-9a-f]{4})\.json$/.exec(name)?.[1];
}

/** Undefined when it is none, is damaged or of a later version. */
export function parseRunFile(text: string): RunFile | undefined {
  const file = objectOf(text);
  const run = file?.run as Partial<RunDescription> | null | undefined;
  const known =
    typeof file?.version === "number" &&
    file.version <= RUN_VERSION &&
    typeof file.pid === "number" &&
    typeof file.phasesBefore === "number" &&
    Array.isArray(file.history) &&
    typeof run?.id === "string" &&
    typeof run.name === "string" &&
    typeof run.status === "string" &&
    Array.isArray(run.phases);
  return known ? (file as unknown as RunFile) : undefined;
}

/** What became of a run whose process ended in its midst. */
export function settledRun({ run, pid }: RunFile, isAlive: (pid: number) => boolean): RunDescription {
  return run.status === "running" && !isAlive(pid) ? { ...run, status: "interrupted" } : run;
}

/**
 * The newest first, each checkpoint with the last run that was saved there: a model's file is written over by its next training. Of a run whose process
 * ended in its midst nothing is left without one.
 *
 * @param isThere Whether there is such a file.
 */
export function listedRuns(
  runs: readonly RunDescription[],
  isThere: (checkpoint: string) => boolean,
): readonly RunDescription[] {
  const taken = new Set<string>();
  return runs
    .toSorted((a, b) => (a.id < b.id ? 1 : -1))
    .map(({ checkpoint, ...run }): RunDescription => {
      const own = checkpoint !== undefined && !taken.has(checkpoint) && isThere(checkpoint);
      if (checkpoint !== undefined) taken.add(checkpoint);
      return own ? { ...run, checkpoint } : run;
    })
    .filter(({ status, phases, checkpoint }) => status === "running" || phases.length > 0 || checkpoint !== undefined);
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // Whoever lists passes over it.
  }
}
