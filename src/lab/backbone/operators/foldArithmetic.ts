/** Arithmetic on constants alone: what normalizes an image, the scale of a batch norm. Whole numbers are left: they are shapes, where -1 is no number. */
import { sizeOf, type Shape } from "../kinds/layerKind";
import type { Constant } from "./operatorGraph";

const ofOne: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Sqrt: Math.sqrt,
};

const ofTwo: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  AddV2: (a, b) => a + b,
  Div: (a, b) => a / b,
  Maximum: Math.max,
  Mul: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Sub: (a, b) => a - b,
};

/** Undefined for an operator that is not worked out. */
export function foldArithmetic(op: string, inputs: readonly Constant[]): Constant | undefined {
  const [a, b] = inputs;
  if (a === undefined || !inputs.every(({ data }) => data instanceof Float32Array)) return undefined;
  if (inputs.length === 1 && Object.hasOwn(ofOne, op)) return { shape: a.shape, data: a.data.map(ofOne[op]!) };
  if (inputs.length !== 2 || b === undefined || !Object.hasOwn(ofTwo, op)) return undefined;
  const shape = broadcast(a.shape, b.shape);
  const [fromA, fromB] = [placesIn(shape, a.shape), placesIn(shape, b.shape)];
  const data = new Float32Array(sizeOf(shape)).map((_, i) => ofTwo[op]!(a.data[fromA(i)]!, b.data[fromB(i)]!));
  return { shape, data };
}

function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [sideA = 1, sideB = 1] = [a[axis - rank + a.length], b[axis - rank + b.length]];
    return sideA === 1 ? sideB : sideA;
  });
}

/** For a place in the wide shape that in the narrow one which is stretched to it. */
function placesIn(wide: Shape, narrow: Shape): (place: number) => number {
  return (place) => {
    let [rest, at, stride] = [place, 0, 1];
    for (let axis = wide.length - 1, own = narrow.length - 1; own >= 0; axis--, own--) {
      const index = rest % wide[axis]!;
      rest = (rest - index) / wide[axis]!;
      if (narrow[own] !== 1) at += index * stride;
      stride *= narrow[own]!;
    }
    return at;
  };
}
