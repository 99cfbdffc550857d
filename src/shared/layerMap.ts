/** Which rows a freeze map has: every layer of a small network, of a large one those with weights, and long frozen stretches folded. */
import type { LayerRow, LayersFigure } from "./figures/layersFigure";

export interface LayerMapRow {
  readonly layer: LayerRow;
  /** `"conv1"`, or `"block_1_expand … block_9_project"`. */
  readonly name: string;
  readonly type: string;
  readonly shape: string;
  readonly parameters: number;
}

const ALL_SHOWN = 32;
/** Of a folded stretch the first and the last layers stay, for the eye to find its place. */
const KEPT_AT_ENDS = 2;

export function layerMap({ layers }: LayersFigure): LayerMapRow[] {
  if (layers.length <= ALL_SHOWN) return layers.map(rowOf);
  const weighted = layers.filter(({ state }) => state !== undefined);
  if (weighted.length <= ALL_SHOWN) return weighted.map(rowOf);
  return stretches(weighted).flatMap((stretch) => {
    const folded = stretch.slice(KEPT_AT_ENDS, -KEPT_AT_ENDS);
    if (folded.length < 4) return stretch.map(rowOf);
    return [...stretch.slice(0, KEPT_AT_ENDS).map(rowOf), fold(folded), ...stretch.slice(-KEPT_AT_ENDS).map(rowOf)];
  });
}

function rowOf(layer: LayerRow): LayerMapRow {
  const { name, type, shape, parameters } = layer;
  return { layer, name, type, shape: shape.join("×"), parameters };
}

/** Neighbours in the same state and part. */
function stretches(layers: readonly LayerRow[]): LayerRow[][] {
  const result: LayerRow[][] = [];
  for (const layer of layers) {
    const last = result.at(-1);
    if (last !== undefined && last[0]!.state === layer.state && last[0]!.part === layer.part) last.push(layer);
    else result.push([layer]);
  }
  return result;
}

function fold(layers: readonly LayerRow[]): LayerMapRow {
  const [first, last] = [layers[0]!, layers.at(-1)!];
  return {
    layer: first,
    name: `${first.name} … ${last.name}`,
    type: `${layers.length} layers`,
    shape: `… ${last.shape.join("×")}`,
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
  };
}
