import type { LayersFigure } from "../../../shared/figures/layersFigure";
import { layerMap } from "../../../shared/layerMap";
import { tableLines } from "./tableLines";

const MARKS = { trained: "■ trains", frozen: "□ frozen" } as const;

export function layersLines(figure: LayersFigure): string[] {
  return tableLines(
    ["last", "layer", "type", "output", "parameters", ""],
    layerMap(figure).map(({ layer, name, type, shape, parameters }) => [
      ...[layer.lastLayers === undefined ? "" : String(layer.lastLayers), name, type, shape],
      parameters === 0 ? "" : parameters.toLocaleString("en"),
      layer.state === undefined ? "" : MARKS[layer.state],
    ]),
  );
}
