/**
 * Reading values without running anybody's code: no getter, no trap of a proxy, no method that a cell could have replaced.
 */
import { types } from "node:util";

/** The value of a property, own or inherited; undefined for getters, behind proxies and when there is none. */
export function dataProperty(object: object, key: PropertyKey): unknown {
  let holder: object | null = object;
  for (let depth = 0; holder !== null && depth < 50; depth++) {
    if (types.isProxy(holder)) {
      return undefined;
    }
    const property = Object.getOwnPropertyDescriptor(holder, key);
    if (property !== undefined) {
      return property.value;
    }
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return undefined;
}

/** Name of the class that made the object: `"Map"`, `"Float32Array"`, `"Object"`. */
export function className(object: object): string {
  if (types.isProxy(object)) {
    return "Proxy";
  }
  const made = dataProperty(object, "constructor");
  const name = typeof made === "function" && !types.isProxy(made) ? dataProperty(made, "name") : undefined;
  return typeof name === "string" && name !== "" ? name : "Object";
}

function getterOf(prototype: object, key: PropertyKey): (object: object) => unknown {
  const property = Object.getOwnPropertyDescriptor(prototype, key);
  return (object): unknown => property?.get?.call(object) as unknown;
}

const lengthOfTyped = getterOf(Object.getPrototypeOf(Uint8Array.prototype) as object, "length");
const bytesOfTyped = getterOf(Object.getPrototypeOf(Uint8Array.prototype) as object, "byteLength");
const bytesOfBuffer = getterOf(ArrayBuffer.prototype, "byteLength");
const bytesOfShared = getterOf(SharedArrayBuffer.prototype, "byteLength");
const sizeOfMap = getterOf(Map.prototype, "size");
const sizeOfSet = getterOf(Set.prototype, "size");

export const builtIn = {
  typedLength: (array: object): number => lengthOfTyped(array) as number,
  typedBytes: (array: object): number => bytesOfTyped(array) as number,
  bufferBytes: (buffer: object): number =>
    (types.isSharedArrayBuffer(buffer) ? bytesOfShared(buffer) : bytesOfBuffer(buffer)) as number,
  size: (collection: object): number =>
    (types.isMap(collection) ? sizeOfMap(collection) : sizeOfSet(collection)) as number,
  entries: (map: object): IterableIterator<[unknown, unknown]> =>
    Reflect.apply(mapEntries, map, []) as IterableIterator<[unknown, unknown]>,
  values: (set: object): IterableIterator<unknown> => Reflect.apply(setValues, set, []) as IterableIterator<unknown>,
  dateText: (date: object): string => {
    const time = Reflect.apply(dateTime, date, []) as number;
    return Number.isNaN(time) ? "Invalid Date" : new Date(time).toISOString();
  },
  regExpText: (expression: object): string => Reflect.apply(expressionText, expression, []) as string,
  sourceText: (code: object): string => Reflect.apply(functionText, code, []) as string,
} as const;

const mapEntries = methodOf(Map.prototype, "entries");
const setValues = methodOf(Set.prototype, "values");
const dateTime = methodOf(Date.prototype, "getTime");
const expressionText = methodOf(RegExp.prototype, "toString");
const functionText = methodOf(Function.prototype, "toString");

function methodOf(prototype: object, key: string): (...args: never[]) => unknown {
  return dataProperty(prototype, key) as (...args: never[]) => unknown;
}
