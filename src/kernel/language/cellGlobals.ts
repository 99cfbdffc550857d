/** Appended to the standard library: what cells have, and what Node has and TypeScript 5.0 does not know yet. */
export const cellGlobals = `
interface DisplayHandle {
  readonly id: string;
  /** Replaces the output in place, also from a later cell. */
  update(value: unknown): void;
}
/**
 * Shows a value under the cell: objects that answer to \`Symbol.for("graft.display")\` with a MIME bundle as that, others as text.
 */
declare function display(value: unknown, options?: { readonly id?: string }): DisplayHandle;
declare namespace display {
  /** Shows a text in the front end's pager, where it has one, instead of under the cell. */
  function page(value: unknown): void;
}
/** Empties the output of the cell; with \`wait\` as soon as there is something new to show. */
declare function clearOutput(wait?: boolean): void;
/** Asks the person who runs the cell for a line of text; with \`password\` it is not shown while it is typed. */
declare function prompt(text?: string, options?: { readonly password?: boolean }): Promise<string>;
/** Aborted when the running cell is interrupted: for calls that can be given up, e.g. \`setTimeout\` of \`node:timers/promises\`. */
declare const interruptSignal: AbortSignal;
/** A conversation with something in the front end, such as a widget. */
interface CellComm {
  readonly id: string;
  readonly target: string;
  /** \`data\` is what the front end sent, unchecked. */
  onMessage(listener: (data: any, buffers: readonly Uint8Array[]) => unknown): void;
  onClose(listener: (data: any) => unknown): void;
  /** \`data\`: anything that JSON can carry. */
  send(data: unknown, buffers?: readonly Uint8Array[]): void;
  close(data?: unknown): void;
}
declare const comms: {
  /** Calls \`onOpen\` for each comm that a front end opens under this name. */
  register(name: string, onOpen: (comm: CellComm, data: any, buffers: readonly Uint8Array[]) => unknown): void;
  unregister(name: string): void;
  /** Opens a comm towards the front end. */
  open(target: string, data?: unknown, buffers?: readonly Uint8Array[]): CellComm;
};
interface ReadonlyArray<T> {
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}
interface Array<T> {
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}
type NoInfer<T> = [T][T extends any ? 0 : never];
interface SymbolConstructor {
  readonly dispose: unique symbol;
  readonly asyncDispose: unique symbol;
}
`;
