import { inWords } from "../compare/compareRuns";
import type { CurveDifference } from "../../shared/figures/curvesFigure";
import type { TrainingPhase } from "../train/history";

interface Configured {
  readonly phases: readonly TrainingPhase[];
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** The names of phases say the same in fewer words. */
const SAID_BY_PHASES = new Set(["layers", "sharedCut", "lastLayers", "fromLayer"]);
const ABSENT = "–";
const SHORT_ID = 8;

/** Where the configurations of runs differ: phases, options, training data. What all have in common is left out. */
export function configurationDifferences(runs: readonly Configured[]): CurveDifference[] {
  if (runs.length < 2) return [];
  const configurations = runs.map(configuration);
  const options = new Set(configurations.flatMap((one) => [...one.keys()]));
  return [...options].flatMap((option) => {
    const values = configurations.map((one) => one.get(option) ?? ABSENT);
    return new Set(values).size > 1 ? [{ option, values }] : [];
  });
}

/** Each option in words: those of several phases in their order, where they are not all the same. */
function configuration({ phases, options = {} }: Configured): Map<string, string> {
  const found = new Map<string, string[]>([["phases", phases.map(({ name }) => name)]]);
  const add = (option: string, value: unknown) =>
    void found.set(option, [...(found.get(option) ?? []), inWords(value)]);
  for (const phase of phases) {
    for (const [option, value] of flat(phase.options ?? {})) add(option, value);
    if (phase.trainedOn !== undefined) add("training data", phase.trainedOn.slice(0, SHORT_ID));
  }
  for (const [option, value] of flat(options)) if (!found.has(option)) add(option, value);
  return new Map([...found].map(([option, values]) => [option, inOrder(values)]));
}

function inOrder(values: readonly string[]): string {
  return values.filter((value, index) => value !== values[index - 1]).join(" → ");
}

/** An optimizer or a schedule is its name, and its numbers are options of their own: `learningRate`. */
function flat(options: Readonly<Record<string, unknown>>): [option: string, value: unknown][] {
  return Object.entries(options).flatMap(([option, value]): [string, unknown][] => {
    if (SAID_BY_PHASES.has(option) || value === undefined) return [];
    if (!isNamed(value)) return [[option, value]];
    const { name, ...rest } = value;
    return [[option, name], ...Object.entries(rest)];
  });
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> & { readonly name: string } {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
}
