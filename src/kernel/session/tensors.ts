/** Tensors of tfjs, known by their own fields: nothing is imported, nothing of a person is run. */
import { types } from "node:util";
import { builtIn, className, dataProperty } from "./safeProperties";

export interface TensorFields {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly disposed: boolean;
}

/** Undefined when the value is no tensor. */
export function tensorFields(value: unknown): TensorFields | undefined {
  if (typeof value !== "object" || value === null || types.isProxy(value)) {
    return undefined;
  }
  const own = (key: string): unknown => Object.getOwnPropertyDescriptor(value, key)?.value as unknown;
  const [id, shape, dtype, size] = [own("id"), own("shape"), own("dtype"), own("size")];
  const known =
    typeof id === "number" &&
    Array.isArray(shape) &&
    typeof dtype === "string" &&
    typeof size === "number" &&
    own("dataId") !== undefined &&
    typeof dataProperty(value, "dataSync") === "function";
  if (!known) {
    return undefined;
  }
  return { id, shape: shape as number[], dtype, size, disposed: own("isDisposedInternal") === true };
}

const elementBytes: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, complex64: 8 };

/** Undefined for texts, whose memory nobody counts. */
export function tensorBytes({ dtype, size }: TensorFields): number | undefined {
  const bytes = elementBytes[dtype];
  return bytes === undefined ? undefined : bytes * size;
}

/** Objects that are looked at in the search for tensors; a trained Keras-like model has some thousands. */
const mostVisited = 50_000;
const longestArray = 10_000;

/** Tensors that can be reached from the values, through plain properties; undefined when there is too much to look through. */
export function tensorsHeldBy(values: Iterable<unknown>): number | undefined {
  const visited = new Set<object>();
  const held = new Set<number>();
  const pending: object[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === "object" && value !== null && !visited.has(value)) {
      visited.add(value);
      pending.push(value);
    }
  };
  for (const value of values) {
    visit(value);
  }
  for (let object = pending.pop(); object !== undefined; object = pending.pop()) {
    if (visited.size > mostVisited) {
      return undefined;
    }
    const tensor = tensorFields(object);
    if (tensor !== undefined) {
      if (!tensor.disposed) {
        held.add(tensor.id);
      }
    } else if (!isLeaf(object)) {
      visitMembers(object, visit);
    }
  }
  return held.size;
}

function isLeaf(object: object): boolean {
  return (
    types.isProxy(object) ||
    types.isArrayBufferView(object) ||
    types.isAnyArrayBuffer(object) ||
    types.isModuleNamespaceObject(object) ||
    types.isDate(object) ||
    types.isRegExp(object) ||
    types.isPromise(object) ||
    // The library's own registry of tensors: it holds what everybody else has forgotten.
    className(object) === "Engine"
  );
}

function visitMembers(object: object, visit: (value: unknown) => void): void {
  if (types.isMap(object)) {
    for (const [key, value] of builtIn.entries(object)) {
      visit(key);
      visit(value);
    }
  } else if (types.isSet(object)) {
    for (const value of builtIn.values(object)) {
      visit(value);
    }
  }
  if (Array.isArray(object) && object.length > longestArray && typeof elementAt(object, 0) !== "object") {
    return; // A list of numbers or texts.
  }
  for (const key of Object.getOwnPropertyNames(object)) {
    visit(Object.getOwnPropertyDescriptor(object, key)?.value);
  }
}

/** Without running a getter. */
export function elementAt(array: object, index: number): unknown {
  return Object.getOwnPropertyDescriptor(array, index)?.value;
}
