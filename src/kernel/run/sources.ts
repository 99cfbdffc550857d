/**
 * Remembers what was compiled under which name, so that every stack trace speaks of the person's own lines: frames of
 * compiled code are mapped back, frames of the kernel itself are left out.
 */
import type { PositionMap } from "../cell/positionMap";

interface KeptCell {
  readonly positions: PositionMap;
  /** 0 until another cell has come. */
  size: number;
}

const modules = new Map<string, PositionMap>();
const cells = new Map<string, KeptCell>();
let latestCell = "";
let size = 0;

/** Characters of cells that are kept, about; beyond, errors in functions of the oldest cells show lines of the compiled code. */
const limitCharacters = 16 * 1024 * 1024;

/** What a cell costs beyond its characters. */
const overhead = 500;

/** A module beside the notebook. */
export function rememberModule(fileName: string, positions: PositionMap): void {
  modules.set(fileName, positions);
}

export function rememberCell(fileName: string, positions: PositionMap): void {
  const last = cells.get(latestCell);
  if (last !== undefined) {
    last.positions.compact();
    last.size = last.positions.size + overhead;
    size += last.size;
  }
  forgetCell(fileName);
  cells.set(fileName, { positions, size: 0 });
  latestCell = fileName;
  for (const oldest of cells.keys()) {
    if (size <= limitCharacters) {
      break;
    }
    forgetCell(oldest);
  }
}

function forgetCell(fileName: string): void {
  size -= cells.get(fileName)?.size ?? 0;
  cells.delete(fileName);
}

export function sourceOf(fileName: string): PositionMap | undefined {
  return cells.get(fileName)?.positions ?? modules.get(fileName);
}

export interface Frame {
  /** Name of the function; empty at the top level of a cell. */
  readonly name: string;
  readonly fileName: string;
  readonly line: number;
  readonly column: number;
}

/** Installs the mapping for all errors of this thread. */
export function installStackTraces(kernelFile: string): void {
  Error.stackTraceLimit = 50;
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites
      .filter((site) => site.getFileName() !== kernelFile && site.getFileName() !== "node:vm")
      .map((site) => `\n    at ${mapped(site)}`);
    return `${headOf(error)}${frames.join("")}`;
  };
}

function headOf(error: Error): string {
  try {
    return String(error);
  } catch {
    return "Error"; // An error whose own toString fails is still an error.
  }
}

function mapped(site: NodeJS.CallSite): string {
  const text = (site as { toString(): string }).toString();
  const fileName = site.getFileName();
  const positions = fileName === null ? undefined : sourceOf(fileName);
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (positions === undefined || line === null || column === null) {
    return text;
  }
  const place = positions.ofCompiled({ line, column });
  return text.replace(`:${line}:${column}`, `:${place.line}:${place.column}`);
}

const mostForeign = 5;

/** Where an error comes from that has no frame in a cell: the innermost frames as the engine writes them. */
export function foreignFrames(error: Error): string[] {
  const stack: unknown = error.stack;
  const lines = typeof stack === "string" ? stack.split("\n") : [];
  return lines.flatMap((line) => /^\s+at (.+)$/.exec(line)?.[1] ?? []).slice(0, mostForeign);
}

/** The frames of an error that lie in cells or in modules beside the notebook, innermost first. */
export function personFrames(error: Error): Frame[] {
  const stack: unknown = error.stack;
  if (typeof stack !== "string") {
    return [];
  }
  const frames: Frame[] = [];
  for (const text of stack.split("\n")) {
    const match = /^\s+at (?:(?:async )?(.*?) \()?(?:async )?(.+?):(\d+):(\d+)\)?$/.exec(text);
    const fileName = match?.[2] ?? "";
    if (match !== null && sourceOf(fileName) !== undefined) {
      frames.push({
        name: (match[1] ?? "").replace(/^new |^Object\./, ""),
        fileName,
        line: Number(match[3]),
        column: Number(match[4]),
      });
    }
  }
  return frames;
}
