import { shortened } from "./cardLayout";
import type { LayersFigure } from "./figures/layersFigure";
import { layerMap } from "./layerMap";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { pixelLayout, label, plain } from "./plotlyLayout";

export const LAYER_ROW_PX = 22;
const STATES = { trained: "trains", frozen: "frozen" } as const;

/** Narrower than this, the type of a layer is told by hovering alone. */
const TYPES_FROM_PX = 620;

/** Where columns stand, as parts of the width: numbers end there, words and bars begin. */
export function layerColumns(width: number) {
  const hasTypes = width >= TYPES_FROM_PX;
  return {
    hasTypes,
    columns: {
      ...{ number: 0.055, mark: 0.075, name: 0.095, type: 0.36 },
      ...{ shape: hasTypes ? 0.56 : 0.42, parameters: 0.79, bar: 0.81 },
    },
  };
}

/** A row a layer on axes that count pixels: a filled mark trains, a hollow one is frozen; bars are parameters. */
export function plotlyLayers(figure: LayersFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const rows = layerMap(figure);
  const height = LAYER_ROW_PX * (rows.length + 2);
  const largest = Math.max(1, ...rows.map(({ parameters }) => parameters));
  const { hasTypes, columns } = layerColumns(width);
  const at = (column: keyof typeof columns) => columns[column] * width;
  const middle = (row: number) => LAYER_ROW_PX * (row + 1.5);
  const colourOf = (trained: boolean) => (trained ? theme.validation : theme.train);
  const weighted = rows.flatMap((row, place) => (row.layer.state === undefined ? [] : [{ ...row, y: middle(place) }]));
  const letters = (from: keyof typeof columns, to: keyof typeof columns) => Math.floor((at(to) - at(from) - 8) / 6.6);
  const head = rows.findIndex(({ layer }) => layer.part === "head");
  const column = (text: string, x: number, xanchor: "left" | "right") =>
    label(text, { x, y: LAYER_ROW_PX / 2, xanchor, yanchor: "middle" }, { size: 11, color: theme.muted });
  return {
    data: (["trained", "frozen"] as const).map((state): PlotlyObject => {
      const own = weighted.filter(({ layer }) => layer.state === state);
      return {
        ...{ type: "scatter", mode: "markers", name: STATES[state] },
        x: own.map(() => at("mark")),
        y: own.map(({ y }) => y),
        customdata: own.map(({ name, type, shape, parameters }) => [
          ...[plain(name), plain(type), shape, parameters.toLocaleString("en")],
        ]),
        marker: {
          ...{ size: 10, symbol: state === "trained" ? "square" : "square-open", color: colourOf(state === "trained") },
          line: { width: 1.5, color: colourOf(state === "trained") },
        },
        hovertemplate: `<b>%{customdata[0]}</b>, ${STATES[state]}<br>%{customdata[1]}, %{customdata[2]}<br>%{customdata[3]} parameters<extra></extra>`,
      };
    }),
    layout: {
      ...pixelLayout(theme, width, height),
      shapes: [
        ...(head < 0
          ? []
          : [
              {
                ...{ type: "line", x0: 0, x1: width, y0: LAYER_ROW_PX * (head + 1), y1: LAYER_ROW_PX * (head + 1) },
                line: { color: theme.muted, width: 1, dash: "dot" },
              },
            ]),
        ...weighted.map(({ y, parameters, layer }) => ({
          ...{
            type: "rect",
            x0: at("bar"),
            x1: at("bar") + Math.max(1.5, (parameters / largest) * (width - at("bar") - 8)),
          },
          ...{ y0: y - 5, y1: y + 5, line: { width: 1, color: colourOf(layer.state === "trained") } },
          fillcolor: layer.state === "trained" ? colourOf(true) : "rgba(0,0,0,0)",
        })),
      ],
      annotations: [
        column("last", at("number"), "right"),
        column("layer", at("name"), "left"),
        ...(hasTypes ? [column("type", at("type"), "left")] : []),
        column("output", at("shape"), "left"),
        column("parameters", at("parameters"), "right"),
        ...rows.flatMap(({ layer, name, type, shape, parameters }, place) => {
          const y = middle(place);
          const color = layer.state === undefined ? theme.muted : theme.foreground;
          const put = (text: string, x: number, xanchor: "left" | "right", size = 12, colour = color) =>
            label(text, { x, y, xanchor, yanchor: "middle" }, { size, color: colour });
          return [
            put(layer.lastLayers === undefined ? "" : String(layer.lastLayers), at("number"), "right", 11, theme.muted),
            put(plain(shortened(name, letters("name", hasTypes ? "type" : "shape"))), at("name"), "left"),
            put(hasTypes ? plain(shortened(type, letters("type", "shape"))) : "", at("type"), "left", 12, theme.muted),
            put(shortened(shape, letters("shape", "parameters") - 11), at("shape"), "left", 12, theme.muted),
            put(parameters === 0 ? "" : parameters.toLocaleString("en"), at("parameters"), "right"),
          ].filter(({ text }) => text !== "");
        }),
        label(
          "input above, head below the dotted line; filled: trains, hollow: frozen",
          { x: at("name"), y: height - LAYER_ROW_PX / 2, yanchor: "middle" },
          { size: 11, color: theme.muted },
        ),
      ],
    },
  };
}
