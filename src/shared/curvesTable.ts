import type { CurveRun, CurvesFigure } from "./figures/curvesFigure";
import { percent } from "./percent";

interface Column {
  readonly name: string;
  readonly of: (run: CurveRun) => string | undefined;
}

const measured: readonly Column[] = [
  { name: "Steps", of: ({ phases }) => (phases.at(-1)?.toStep ?? 0).toLocaleString("en") },
  { name: "Best epoch", of: ({ best }) => best && `${best.epoch} of ${best.phase}` },
  { name: "Best val. loss", of: ({ best }) => (best?.split === "validation" ? short(best.loss) : undefined) },
  { name: "Best train loss", of: ({ best }) => (best?.split === "train" ? short(best.loss) : undefined) },
  { name: "Last train loss", of: (run) => lossText(lastOf(run, "loss", "train")) },
  { name: "Last val. loss", of: (run) => lossText(lastOf(run, "loss", "validation")) },
  { name: "Last val. accuracy", of: (run) => accuracyText(lastOf(run, "accuracy", "validation")) },
  { name: "Seconds", of: ({ seconds }) => short(seconds) },
];

/** Runs beside one another: where their configurations differ, and what came of them. Nothing of a single run. */
export function curvesTable({ runs, differences }: CurvesFigure): { header: string[]; cells: string[][] } {
  if (runs.length < 2) return { header: [], cells: [] };
  const columns = measured.filter(({ of }) => runs.some((run) => of(run) !== undefined));
  return {
    header: ["Run", ...differences.map(({ option }) => option), ...columns.map(({ name }) => name)],
    cells: runs.map((run, place) => [
      run.name,
      ...differences.map(({ values }) => values[place]!),
      ...columns.map(({ of }) => of(run) ?? "–"),
    ]),
  };
}

function lastOf({ series }: CurveRun, metric: "loss" | "accuracy", split: "train" | "validation"): number | undefined {
  const own = series.filter((one) => one.metric === metric && one.split === split);
  return (own.find(({ per }) => per === "epoch") ?? own[0])?.y.at(-1);
}

function lossText(loss: number | undefined): string | undefined {
  return loss === undefined ? undefined : short(loss);
}

function accuracyText(accuracy: number | undefined): string | undefined {
  return accuracy === undefined ? undefined : percent(accuracy);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
