import { count } from "../count";
import { sharedPhases } from "../drawnCurves";
import type { FigureKind } from "../figureKind";
import { percent } from "../percent";
import { plotlyCurves } from "../plotlyCurves";
import type { BestEpoch, CurvePhase, CurveRun, CurvesFigure } from "./curvesFigure";

export const curvesKind: FigureKind<CurvesFigure> = {
  caption(figure) {
    const { runs, view } = figure;
    const [only] = runs;
    if (only === undefined) return ["Nothing has been measured yet."];
    return [
      ...(runs.length === 1 ? runSentences(only) : phaseSentences(figure)),
      ...(view !== undefined && view.smoothing > 0 ? [smoothingSentence(view.smoothing, runs)] : []),
    ];
  },
  plotly: plotlyCurves,
  table: ({ runs }) => ({
    header: ["run", "metric", "split", "per", "step", "value"],
    rows: runs.flatMap(({ name, series }) =>
      series.flatMap(({ metric, split, per, x, y }) => x.map((step, i) => [name, metric, split, per, step, y[i]])),
    ),
  }),
  progress({ runs }) {
    const phase = runs.at(-1)?.phases.at(-1);
    return phase === undefined ? "starting" : `${phase.name} · step ${phase.toStep.toLocaleString("en")}`;
  },
};

function runSentences({ phases, best }: CurveRun): string[] {
  return [
    ...phases.flatMap((phase) => [`${phaseWords(phase)}.`, ...(phase.notes ?? [])]),
    ...(best === undefined ? [] : [`Best ${bestWords(best)}.`]),
  ];
}

/** Of several runs: once where all have the same. */
function phaseSentences(figure: CurvesFigure): string[] {
  const [first] = sharedPhases(figure).length > 0 ? figure.runs : [];
  return first === undefined ? figure.runs.map(runSentence) : [runSentence({ ...first, name: "All runs" })];
}

function runSentence({ name, phases }: Pick<CurveRun, "name" | "phases">): string {
  const shown = phases.length > 3 ? [...phases.slice(0, 1), ...phases.slice(-1)] : phases;
  const words = shown.map(({ name: phase, fromStep, toStep }) => `${phase} ${count(toStep - fromStep, "step")}`);
  return `${name}: ${words.join(phases.length > 3 ? ", …, " : ", ")}.`;
}

function phaseWords({ name, fromStep, toStep, trainableLayers, frozenLayers, status }: CurvePhase): string {
  const steps = count(toStep - fromStep, "step");
  const ending = status === "finished" ? "" : `, ${status}`;
  return `${name}: ${steps}, ${count(trainableLayers.length, "layer")} trained, ${frozenLayers.length} frozen${ending}`;
}

/** By its loss, as early stopping chooses it. */
function bestWords({ split, phase, epoch, loss, accuracy }: BestEpoch): string {
  const reached = accuracy === undefined ? "" : `, accuracy ${percent(accuracy)}`;
  return `${split} loss: ${Number(loss.toPrecision(3))}${reached}, at epoch ${epoch} of ${phase}`;
}

function smoothingSentence(weight: number, runs: readonly CurveRun[]): string {
  const thinned = runs.some(({ series }) => series.some(({ means }) => means !== undefined));
  const over = thinned ? " over means of the steps between two points" : "";
  return `Smoothed by a moving average of weight ${weight}${over}; pale: as measured.`;
}
