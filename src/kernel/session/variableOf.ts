/** One variable of the cells as the Variables view shows it. */
import { types } from "node:util";
import {
  describeVariable,
  type DescribableVariable,
  type VariableDescription,
  type VariableKind,
} from "../../shared/sessionState";
import { previewOf } from "./previewOf";
import { builtIn, className, dataProperty } from "./safeProperties";
import { tensorBytes, tensorFields } from "./tensors";

type Described = Omit<VariableDescription, "name">;

export function variableOf(value: unknown): Described {
  switch (typeof value) {
    case "number":
    case "bigint":
      return { kind: "number", type: typeof value, preview: previewOf(value) };
    case "string":
      return { kind: "text", type: "string", preview: previewOf(value) };
    case "boolean":
      return { kind: "boolean", type: "boolean", preview: previewOf(value) };
    case "undefined":
      return { kind: "nothing", type: "undefined", preview: "" };
    case "symbol":
      return { kind: "object", type: "symbol", preview: previewOf(value) };
    case "function": {
      const preview = previewOf(value);
      return { kind: "code", type: preview.startsWith("class ") ? "class" : "function", preview };
    }
    case "object":
      return value === null ? { kind: "nothing", type: "null", preview: "" } : ofObject(value);
  }
}

function ofObject(object: object): Described {
  const own = ownDescription(object);
  if (own !== undefined) {
    return own;
  }
  const type = className(object);
  if (types.isProxy(object)) {
    return { kind: "object", type, preview: "" };
  }
  const tensor = tensorFields(object);
  if (tensor !== undefined) {
    const { shape, dtype } = tensor;
    const bytes = tensorBytes(tensor);
    const preview = tensor.disposed ? "disposed" : valuesOf(object, tensor.size);
    return {
      kind: "tensor",
      type,
      preview,
      shape,
      dtype,
      ...(bytes === undefined || tensor.disposed ? {} : { bytes }),
    };
  }
  const described = (kind: VariableKind, more: Partial<Described> = {}): Described => ({
    kind,
    type,
    preview: previewOf(object),
    ...more,
  });
  if (types.isTypedArray(object)) {
    const [shape, dtype] = [[builtIn.typedLength(object)], dtypeOf(object)];
    return described("array", { shape, dtype, bytes: builtIn.typedBytes(object) });
  }
  if (types.isAnyArrayBuffer(object)) {
    return described("array", { bytes: builtIn.bufferBytes(object) });
  }
  if (Array.isArray(object)) {
    return described("array", { shape: [object.length] });
  }
  if (types.isMap(object) || types.isSet(object)) {
    return described("collection", { shape: [builtIn.size(object)] });
  }
  const values = shapedValues(object);
  if (values !== undefined) {
    return described("array", values);
  }
  return described("object");
}

/** Features and other arrays of the lab: an object with `shape` and `data` that belong together. */
function shapedValues(object: object): Pick<Described, "shape" | "dtype" | "bytes"> | undefined {
  const [shape, data] = [dataProperty(object, "shape"), dataProperty(object, "data")];
  if (!Array.isArray(shape) || !types.isTypedArray(data)) {
    return undefined;
  }
  const sizes = shape.filter((size): size is number => typeof size === "number");
  return sizes.length === shape.length &&
    sizes.reduce((product, size) => product * size, 1) === builtIn.typedLength(data)
    ? { shape: sizes, dtype: dtypeOf(data), bytes: builtIn.typedBytes(data) }
    : undefined;
}

function dtypeOf(array: object): string {
  return className(array)
    .replace(/Array$/, "")
    .toLowerCase();
}

/** What objects of the lab say of themselves. */
function ownDescription(object: object): Described | undefined {
  const method = dataProperty(object, describeVariable);
  if (typeof method !== "function") {
    return undefined;
  }
  try {
    return Reflect.apply(method as DescribableVariable[typeof describeVariable], object, []);
  } catch {
    return undefined; // A disposed object has nothing to tell; it is shown as any other.
  }
}

const mostShown = 12;

/** Values of a small tensor: reading a large one would copy it. */
function valuesOf(tensor: object, size: number): string {
  if (size > mostShown) {
    return "";
  }
  try {
    return previewOf((tensor as { dataSync(): unknown }).dataSync());
  } catch {
    return ""; // A backend that cannot be read at once.
  }
}
