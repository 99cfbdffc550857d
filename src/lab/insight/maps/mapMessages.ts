/** What goes between the cell's thread and the members of the team that computes a map. */
import type { GraftErrorParts } from "../../../shared/graftError";
import type { MapMethod, MapParameters } from "./mapFeatures";
import type { MapQuality } from "./mapQuality";
import type { Matrix } from "./matrix";
import type { Neighbours } from "./nearestNeighbours";
import type { Projection } from "./principalComponents";
import type { TeamSeat } from "./team";

/** Arrays are in shared memory. */
export interface MapJob {
  readonly kind: "map";
  readonly rows: number;
  readonly columns: number;
  readonly features: Float32Array<SharedArrayBuffer>;
  readonly method: MapMethod;
  readonly dims: 2 | 3;
  readonly perplexity: number;
  readonly neighbours: number;
  readonly iterations?: number;
  readonly seed: number;
  readonly interruptFlag: Int32Array<SharedArrayBuffer>;
}

/** What is needed to place other rows into a map. */
export interface Reference {
  readonly method: MapMethod;
  readonly dims: 2 | 3;
  readonly seed: number;
  /** What the rows went through first; absent where their neighbours were looked for among the features as they were given. */
  readonly projection?: Projection;
  /** Whose neighbours were looked for. */
  readonly features: Matrix & { readonly data: Float32Array<SharedArrayBuffer> };
  /** `[rows, dims]` */
  readonly map: Float64Array<SharedArrayBuffer>;
  /** Of UMAP. */
  readonly neighbours?: Neighbours;
}

export interface PlaceJob {
  readonly kind: "place";
  readonly reference: Reference;
  readonly rows: number;
  readonly columns: number;
  readonly features: Float32Array<SharedArrayBuffer>;
}

export interface TeamMember {
  readonly seat: TeamSeat;
  readonly job: MapJob | PlaceJob;
}

/** `failed` may come from several members, the others from one. */
export type MapReply =
  | {
      readonly kind: "progress";
      readonly iteration: number;
      readonly iterations: number;
      readonly map: Float32Array;
      readonly secondsLeft?: number;
    }
  | {
      readonly kind: "done";
      readonly iteration: number;
      readonly interrupted: boolean;
      readonly quality: MapQuality;
      readonly parameters: MapParameters;
      readonly reference: Reference;
    }
  | { readonly kind: "placed"; readonly points: Float32Array }
  | { readonly kind: "failed"; readonly error: GraftErrorParts };
