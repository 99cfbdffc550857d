/** What figures and the extension say to each other about selected points, over VS Code's renderer messaging. */
export type FromFigure =
  /** These examples of the dataset are selected in the map of this name; none: nothing is any more. */
  | { readonly kind: "select"; readonly plot: string; readonly indices: readonly number[] }
  /** A cell that reads the selection is wanted. */
  | { readonly kind: "useSelection"; readonly plot: string };

export interface ToFigure {
  readonly kind: "selected";
  readonly plot: string;
  readonly answer: SelectionAnswer;
}

/** What became of a selection. */
export type SelectionAnswer =
  /** `variable`: the one that holds the map; absent when none does. */
  | { readonly kind: "taken"; readonly variable?: string }
  /** The kernel has not drawn this map, or has forgotten it. */
  | { readonly kind: "unknownMap" }
  | { readonly kind: "noKernel" };
