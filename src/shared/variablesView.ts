/** What the extension and the page of its Variables view say to each other. */
import type { TensorMemory, VariableDescription } from "./sessionState";

export interface VariablesMessage {
  readonly kind: "show";
  /** `none`: no kernel; `waiting`: it has not told its variables yet. */
  readonly state: "none" | "waiting" | "known";
  readonly variables: readonly VariableDescription[];
  readonly tensors?: TensorMemory;
}

/** The page has been loaded and can be told. */
export interface VariablesReady {
  readonly kind: "ready";
}
