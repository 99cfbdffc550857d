/** What an example looks like, small enough to stand in a notebook. */
export type Picture =
  | {
      readonly kind: "image";
      /** Of the example itself, in pixels. */
      readonly height: number;
      readonly width: number;
      /** `data:image/png;base64,…`. */
      readonly image: string;
    }
  /** The beginning of it. */
  | { readonly kind: "text"; readonly text: string };

/** An example of a dataset. */
export interface PicturedExample {
  /** In the dataset. */
  readonly index: number;
  /** Absent where an example is neither image nor text. */
  readonly picture?: Picture;
}
