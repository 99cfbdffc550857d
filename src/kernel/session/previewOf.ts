/** The beginning of a value on one line, in time that does not grow with the value, without running anybody's code. */
import { types } from "node:util";
import { builtIn, className, dataProperty } from "./safeProperties";
import { elementAt, tensorFields } from "./tensors";

export const longestPreview = 120;
const mostItems = 12;
const deepest = 3;

export function previewOf(value: unknown): string {
  return cut(textOf(value, 0), longestPreview);
}

export function cut(text: string, length: number): string {
  const line = text.slice(0, length + 1).replaceAll(/[\n\r\t]+/g, " ");
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

function textOf(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(cut(value, longestPreview));
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
    case "boolean":
    case "undefined":
      return String(value);
    case "function":
      return types.isProxy(value) ? "Proxy" : signatureOf(value);
    case "object":
      return value === null ? "null" : objectText(value, depth);
  }
}

function objectText(object: object, depth: number): string {
  const name = className(object);
  if (types.isProxy(object)) {
    return name;
  }
  const tensor = tensorFields(object);
  if (tensor !== undefined) {
    return `${name} ${tensor.disposed ? "disposed" : `[${tensor.shape.join(", ")}]`}`;
  }
  if (types.isDate(object)) {
    return builtIn.dateText(object);
  }
  if (types.isRegExp(object)) {
    return builtIn.regExpText(object);
  }
  if (types.isNativeError(object)) {
    return `${name}: ${plainText(dataProperty(object, "message"))}`;
  }
  if (types.isPromise(object) || types.isModuleNamespaceObject(object)) {
    return name;
  }
  if (types.isAnyArrayBuffer(object)) {
    return `${builtIn.bufferBytes(object)} bytes`;
  }
  if (depth >= deepest) {
    return Array.isArray(object) ? "[…]" : "{…}";
  }
  if (types.isTypedArray(object)) {
    return listText("[", "]", builtIn.typedLength(object), elements(object), depth);
  }
  if (Array.isArray(object)) {
    return listText("[", "]", object.length, arrayElements(object), depth);
  }
  if (types.isMap(object)) {
    return listText("{", "}", builtIn.size(object), mapEntries(object, depth), depth);
  }
  if (types.isSet(object)) {
    return listText("{", "}", builtIn.size(object), builtIn.values(object), depth);
  }
  const members = listText("{ ", " }", Infinity, properties(object, depth), depth);
  const text = members === "{  }" ? "{}" : members;
  return name === "Object" || depth === 0 ? text : `${name} ${text}`;
}

/** Text that is put into a list as it is. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function listText(open: string, close: string, length: number, items: Iterable<unknown>, depth: number): string {
  const texts: string[] = [];
  let characters = 0;
  for (const item of items) {
    if (texts.length === mostItems || characters > longestPreview) {
      return `${open}${texts.join(", ")}, …${close}`;
    }
    const text = item instanceof Written ? item.text : textOf(item, depth + 1);
    characters += text.length;
    texts.push(text);
  }
  return `${open}${texts.join(", ")}${texts.length < length && length !== Infinity ? ", …" : ""}${close}`;
}

function* elements(array: ArrayLike<unknown>): Generator {
  for (let i = 0; i <= mostItems && i in array; i++) {
    const value = array[i];
    yield typeof value === "number" ? new Written(String(Number(value.toPrecision(4)))) : value;
  }
}

function* arrayElements(array: readonly unknown[]): Generator {
  for (let i = 0; i < Math.min(array.length, mostItems + 1); i++) {
    const property = Object.getOwnPropertyDescriptor(array, i);
    yield property?.get === undefined ? elementAt(array, i) : new Written("[getter]");
  }
}

function* mapEntries(map: object, depth: number): Generator<Written> {
  for (const [key, value] of builtIn.entries(map)) {
    yield new Written(`${textOf(key, depth + 1)} → ${textOf(value, depth + 1)}`);
  }
}

function* properties(object: object, depth: number): Generator<Written> {
  for (const key of Object.keys(object)) {
    const property = Object.getOwnPropertyDescriptor(object, key);
    const text = property !== undefined && "value" in property ? textOf(property.value, depth + 1) : "[getter]";
    yield new Written(`${key}: ${text}`);
  }
}

/** `twice(n)`: the head of a function as it was written, without what the compiler has put in. */
function signatureOf(code: object): string {
  const text = builtIn.sourceText(code).slice(0, 2000);
  const name = plainText(dataProperty(code, "name"));
  if (text.startsWith("class")) {
    const base = /^class\s+(?:[\p{ID_Continue}$]+\s+)?extends\s+([^{]+?)\s*\{/u.exec(text)?.[1];
    return `class ${name}${base === undefined ? "" : ` extends ${withoutBindings(base)}`}`;
  }
  return `${name}(${parametersIn(text)})`;
}

function parametersIn(text: string): string {
  const alone = /^(?:async\s+)?([\p{ID_Continue}$]+)\s*=>/u.exec(text);
  if (alone !== null) {
    return alone[1]!;
  }
  const start = text.indexOf("(");
  let open = 0;
  for (let i = start; i >= 0 && i < text.length; i++) {
    open += "([{".includes(text[i]!) ? 1 : ")]}".includes(text[i]!) ? -1 : 0;
    if (open === 0) {
      return withoutBindings(text.slice(start + 1, i)).replaceAll(/\s+/g, " ");
    }
  }
  return "…";
}

function withoutBindings(text: string): string {
  return text.replaceAll(/\(0, ?\$+g_([\p{ID_Continue}$]+)\.[vw]\)|\$+g_([\p{ID_Continue}$]+)\.[vwt]\b/gu, "$1$2");
}

function plainText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
