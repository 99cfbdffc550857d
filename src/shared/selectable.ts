/** Objects that people can select in answer to this symbol; the kernel calls it without loading the lab. */
export const selectExamples: unique symbol = Symbol.for("graft.selectExamples");

export interface Selectable {
  /** Indices into the dataset that the figure was drawn of; none: nothing is selected any more. */
  [selectExamples](indices: readonly number[]): void;
}
