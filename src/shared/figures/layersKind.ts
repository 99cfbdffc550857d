import { count } from "../count";
import type { FigureKind } from "../figureKind";
import { percent } from "../percent";
import { plotlyLayers } from "../plotlyLayers";
import type { LayersFigure } from "./layersFigure";

export const layersKind: FigureKind<LayersFigure> = {
  caption({ layers }) {
    const sum = (rows: typeof layers) => rows.reduce((total, { parameters }) => total + parameters, 0);
    const weighted = layers.filter(({ state }) => state !== undefined);
    const trained = weighted.filter(({ state }) => state === "trained");
    const norms = weighted.filter(({ type }) => type === "BatchNormalization");
    const training = norms.filter(({ state }) => state === "trained").length;
    return [
      `${trained.length} of ${count(weighted.length, "layer")} with weights train: ${sum(trained).toLocaleString("en")} of ${sum(layers).toLocaleString("en")} parameters (${percent(sum(layers) === 0 ? 0 : sum(trained) / sum(layers))}).`,
      ...(norms.length === 0
        ? []
        : [`Batch norms: ${training} follow their batches, ${norms.length - training} keep the statistics they have.`]),
      "From the input above to the head below; the number before a name is the lastLayers with which training would begin there.",
    ];
  },
  plotly: plotlyLayers,
  table: ({ layers }) => ({
    header: ["layer", "type", "part", "output", "parameters", "state", "lastLayers"],
    rows: layers.map(({ name, type, part, shape, parameters, state, lastLayers }) => [
      ...[name, type, part, shape.join(" x "), parameters, state, lastLayers],
    ]),
  }),
  progress: () => "",
};
