import { inspect } from "node:util";
import type { MimeBundle } from "../../shared/mimeBundle";

/** A value that knows how it looks answers to one of these with a MIME bundle. The second is what Deno's kernel asks for. */
const displaySymbols = [Symbol.for("graft.display"), Symbol.for("Jupyter.display")];

/**
 * How a value is shown: its own bundle when it offers one, otherwise as text. Undefined shows nothing. A display method that
 * throws makes this throw.
 */
export function mimeBundleOf(value: unknown): MimeBundle | undefined {
  if (value === undefined) {
    return undefined;
  }
  return ownBundle(value) ?? { "text/plain": textOf(value) };
}

export function textOf(value: unknown): string {
  if (isTensor(value)) {
    return value.toString(true);
  }
  return inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 });
}

function ownBundle(value: unknown): MimeBundle | undefined {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) {
    return undefined;
  }
  for (const symbol of displaySymbols) {
    const method = (value as Record<symbol, unknown>)[symbol];
    if (typeof method === "function") {
      const bundle: unknown = Reflect.apply(method, value, []);
      if (typeof bundle === "object" && bundle !== null && !(bundle instanceof Promise)) {
        return bundle as MimeBundle;
      }
      throw new TypeError(`Expected ${String(symbol)} to return a MIME bundle, but it returned ${typeof bundle}.`);
    }
  }
  return undefined;
}

interface TensorLike {
  toString(verbose: boolean): string;
}

/** A tfjs tensor inspected field by field says nothing; its own text shows shape, type and values. */
function isTensor(value: unknown): value is TensorLike {
  const tensor = value as { dataSync?: unknown; dtype?: unknown; isDisposed?: unknown } | null;
  return (
    typeof tensor === "object" &&
    tensor !== null &&
    typeof tensor.dataSync === "function" &&
    typeof tensor.dtype === "string" &&
    tensor.isDisposed === false
  );
}
