import { driftText, isUnchanged } from "../driftBars";
import type { FigureKind } from "../figureKind";
import { plotlyDrift } from "../plotlyDrift";
import type { DriftFigure, DriftRow } from "./driftFigure";

export const driftKind: FigureKind<DriftFigure> = {
  caption({ models, rows }) {
    const weights = rows.filter((row) => row.of === "weights");
    const statistics = rows.filter((row) => row.of === "statistics");
    const unchanged = weights.filter(isUnchanged).length;
    const moved = models.flatMap((model, place) => {
      const most = mostMoved(weights, place);
      return most === undefined ? [] : [`${model === "" ? "" : `${model}: `}${most.layer}, ${driftText(most.value)}`];
    });
    return [
      "‖after − before‖ / ‖before‖ of each layer's weights: 0 is unchanged to the bit, 1 a change as large as they were.",
      ...(unchanged === 0 ? [] : [`${unchanged} of ${weights.length} layers with weights are unchanged.`]),
      ...(moved.length === 0 ? [] : [`Moved most: ${moved.join("; ")}.`]),
      ...(statistics.length > 0 && statistics.every(isUnchanged) ? ["Batch norms keep the statistics they had."] : []),
      ...(weights.some(({ drift }) => drift.includes(null)) ? ["New: there were no such weights before."] : []),
    ];
  },
  plotly: plotlyDrift,
  table: ({ models, rows }) => ({
    header: ["layer", "type", "of", ...models.map((model) => (model === "" ? "drift" : model))],
    rows: rows.map(({ layer, type, of, drift }) => [layer, type, of, ...drift.map((value) => value ?? undefined)]),
  }),
  progress: () => "",
};

function mostMoved(rows: readonly DriftRow[], place: number) {
  let most: { readonly layer: string; readonly value: number } | undefined;
  for (const { layer, drift } of rows) {
    const value = drift[place] ?? 0;
    if (value > (most?.value ?? 0)) most = { layer, value };
  }
  return most;
}
