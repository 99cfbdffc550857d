import { shortened } from "../../../shared/cardLayout";
import type { LayersFigure } from "../../../shared/figures/layersFigure";
import { figureCaption } from "../../../shared/figureCaption";
import { layerMap } from "../../../shared/layerMap";
import { LAYER_ROW_PX, layerColumns } from "../../../shared/plotlyLayers";
import { line, text, theme, titled, WIDTH } from "./svgParts";

export function svgLayers(figure: LayersFigure): string {
  const rows = layerMap(figure);
  const largest = Math.max(1, ...rows.map(({ parameters }) => parameters));
  const { columns } = layerColumns(WIDTH);
  const at = (column: keyof typeof columns) => columns[column] * WIDTH;
  const head = rows.findIndex(({ layer }) => layer.part === "head");
  const end = { anchor: "end" as const };
  const body = [
    text(at("number"), 14, "last", end),
    text(at("name"), 14, "layer"),
    text(at("type"), 14, "type"),
    text(at("shape"), 14, "output"),
    text(at("parameters"), 14, "parameters", end),
    ...(head < 0
      ? []
      : [line(0, LAYER_ROW_PX * (head + 1), WIDTH, LAYER_ROW_PX * (head + 1), theme.muted, ' stroke-dasharray="2 3"')]),
    ...rows.flatMap(({ layer, name, type, shape, parameters }, place) => {
      const y = LAYER_ROW_PX * (place + 1.5);
      const fill = layer.state === undefined ? theme.muted : theme.foreground;
      const words = [
        text(at("name"), y + 4, shortened(name, 29), { fill }),
        text(at("type"), y + 4, shortened(type, 22)),
        text(at("shape"), y + 4, shortened(shape, 18)),
      ];
      if (layer.state === undefined) return words;
      const colour = layer.state === "trained" ? theme.validation : theme.train;
      const inside = layer.state === "trained" ? colour : "none";
      const length = Math.max(1.5, (parameters / largest) * (WIDTH - at("bar") - 8)).toFixed(1);
      return [
        ...words,
        text(at("number"), y + 4, String(layer.lastLayers ?? ""), end),
        `<rect x="${(at("mark") - 4).toFixed(1)}" y="${y - 4}" width="8" height="8" fill="${inside}" stroke="${colour}" stroke-width="1.5"/>`,
        text(at("parameters"), y + 4, parameters.toLocaleString("en"), { ...end, fill }),
        `<rect x="${at("bar").toFixed(1)}" y="${y - 5}" width="${length}" height="10" fill="${inside}" stroke="${colour}"/>`,
      ];
    }),
    text(
      at("name"),
      LAYER_ROW_PX * (rows.length + 1.5) + 4,
      "input above, head below the dotted line; filled: trains, hollow: frozen",
    ),
  ];
  return titled(figure.title, figureCaption(figure), LAYER_ROW_PX * (rows.length + 2) + 8, body);
}
