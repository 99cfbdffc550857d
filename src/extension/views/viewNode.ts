/** What the tree views show, as plain data: a node is made from the session's state and knows nothing of VS Code. */
export interface ViewNode {
  /** Unique in its view, and the same for the same thing after each cell, so that what is folded stays folded. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Markdown. */
  readonly tooltip?: string;
  /** Name of a codicon. */
  readonly icon?: string;
  /** Id of a theme colour for the icon. */
  readonly iconColor?: string;
  readonly children?: readonly ViewNode[];
  /** Default false. */
  readonly expanded?: boolean;
  /** What its inline actions apply to, by `viewItem` in `package.json`. */
  readonly subject?: ViewSubject;
}

export type ViewSubject =
  | { readonly kind: "layer"; readonly model: string; readonly layer: string }
  | { readonly kind: "model"; readonly model: string }
  | RunSubject
  | { readonly kind: "checkpoint"; readonly file: string }
  | { readonly kind: "featureCache" };

export interface RunSubject {
  readonly kind: "run" | "restorableRun";
  readonly id: string;
  readonly name: string;
  /** It has a step or an epoch behind it. */
  readonly hasCurves: boolean;
  /** It knows its accuracy on validation data. */
  readonly validated: boolean;
}
