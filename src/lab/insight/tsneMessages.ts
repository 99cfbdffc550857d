/** What goes between the cell's thread and the t-SNE worker. */
import type { MapQuality } from "./tsne/mapQuality";

export interface TsneRequest {
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]` */
  readonly features: Float32Array;
  readonly perplexity: number;
  readonly iterations: number;
  readonly seed: number;
  readonly neighbours: number;
  readonly interruptFlag: Int32Array<SharedArrayBuffer>;
}

/** `map` is `[x0, y0, x1, y1, …]`. One comes a few times a second while it converges; `done` once, at the end or where it was interrupted. */
export type TsneReply =
  | { readonly kind: "map"; readonly iteration: number; readonly map: Float64Array }
  | {
      readonly kind: "done";
      readonly iteration: number;
      readonly map: Float64Array;
      readonly divergence: number;
      readonly quality: MapQuality;
      readonly interrupted: boolean;
    };
