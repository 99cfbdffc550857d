/**
 * What tells a later window which cell an execution belongs to. It travels in the metadata of the execute request: under
 * JupyterLab's key `cellId` where the cell has an id, and under `graft`, which also marks it as asked for by this extension.
 */
import type { KeptExecution } from "../../shared/sessionState";

/** The part of a cell that identifies it. */
export interface IdentifiableCell {
  readonly index: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly document: { getText(): string };
}

export function requestMetadata({ index, metadata }: IdentifiableCell): Readonly<Record<string, unknown>> {
  return { ...(typeof metadata.id === "string" ? { cellId: metadata.id } : {}), graft: { index } };
}

/**
 * The cell that an execution of an earlier window belongs to: the one with its id, else the one at its place with its code,
 * else the only one with its code. Undefined when there is none, or when another program asked for it.
 */
export function cellOf<Cell extends IdentifiableCell>(
  { code, metadata }: Pick<KeptExecution, "code" | "metadata">,
  cells: readonly Cell[],
): Cell | undefined {
  const own = metadata.graft as { readonly index?: unknown } | undefined;
  if (typeof own !== "object") {
    return undefined;
  }
  const { cellId } = metadata;
  const byId = typeof cellId === "string" ? cells.find((cell) => cell.metadata.id === cellId) : undefined;
  if (byId !== undefined) {
    return byId;
  }
  const sameCode = cells.filter((cell) => cell.document.getText() === code);
  const inPlace = sameCode.find((cell) => cell.index === own.index);
  return inPlace ?? (sameCode.length === 1 ? sameCode[0] : undefined);
}
