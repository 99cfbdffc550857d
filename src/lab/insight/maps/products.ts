/**
 * Products of dense matrices, which principal components, neighbours and quality come down to. By ONNX Runtime, on one thread
 * for each member of a team; in plain JavaScript, in double precision, for small ones and where there is no binary of it.
 */
import { GraftError } from "../../../shared/graftError";
import { GraphBuilder } from "../../engine/onnx/graphBuilder";
import { Runtime } from "../../engine/runtime";

type Floats = Float32Array | Float64Array;

/** Operands are row-major and not in shared memory. */
export interface Products {
  /** `a · b`, `[m, n]`, for `a` of shape `[m, inner]` and `b` of `[inner, n]`. */
  multiply(a: Floats, b: Floats, m: number, inner: number, n: number): Promise<Floats>;
  /** `aᵀ · b`, `[m, n]`, for `a` of shape `[inner, m]` and `b` of `[inner, n]`. */
  multiplyTransposed(a: Floats, b: Floats, m: number, inner: number, n: number): Promise<Floats>;
  /**
   * Made once for rows `b`, `[n, inner]`, that many others are compared with: answers with the squared Euclidean distances, `[m, n]`, between the
   * rows of `a`, `[m, inner]`, and those of `b`.
   */
  squaredDistancesTo(b: Floats, n: number, inner: number): (a: Floats, m: number) => Promise<Floats>;
}

/** Multiplications from which on ONNX Runtime is worth its start. */
const LARGE = 1e8;

/** @param multiplications How many there will be, about. */
export async function productsFor(multiplications: number): Promise<Products> {
  if (multiplications < LARGE) return plainProducts;
  try {
    return await nativeProducts();
  } catch (error) {
    if (error instanceof GraftError && error.code === "engine/onnxruntime-missing") return plainProducts;
    throw error;
  }
}

export async function nativeProducts(): Promise<Products> {
  const { InferenceSession, Tensor } = await new Runtime().ort();
  const session = (graph: GraphBuilder) =>
    InferenceSession.create(graph.toBytes("product"), { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const [plain, transposed, distances] = await Promise.all([
    session(productGraph(0)),
    session(productGraph(1)),
    session(distanceGraph()),
  ]);
  const tensor = (data: Floats, dims: readonly number[]) =>
    new Tensor("float32", data instanceof Float32Array ? data : Float32Array.from(data), dims);
  return {
    async multiply(a, b, m, inner, n) {
      const { product } = await plain.run({ a: tensor(a, [m, inner]), b: tensor(b, [inner, n]) });
      return product!.data as Float32Array;
    },
    async multiplyTransposed(a, b, m, inner, n) {
      const { product } = await transposed.run({ a: tensor(a, [inner, m]), b: tensor(b, [inner, n]) });
      return product!.data as Float32Array;
    },
    squaredDistancesTo(b, n, inner) {
      // Far from the origin, single precision would be spent on what all rows have in common.
      const origin = meanRow(b, n, inner);
      const nearB = shifted(b, origin);
      const ofB = { b: tensor(nearB, [n, inner]), normsOfB: tensor(squaredNorms(nearB, n, inner), [1, n]) };
      return async (a, m) => {
        const nearA = shifted(a, origin);
        const normsOfA = tensor(squaredNorms(nearA, m, inner), [m, 1]);
        const { distance } = await distances.run({ ...ofB, a: tensor(nearA, [m, inner]), normsOfA });
        return distance!.data as Float32Array;
      };
    },
  };
}

function productGraph(transA: 0 | 1): GraphBuilder {
  const graph = new GraphBuilder();
  const a = graph.input("a", transA === 0 ? ["m", "inner"] : ["inner", "m"]);
  const b = graph.input("b", ["inner", "n"]);
  graph.output("product", graph.node("Gemm", [a, b], ["m", "n"], { transA }));
  return graph;
}

/** |a|² + |b|² - 2 a·b */
function distanceGraph(): GraphBuilder {
  const graph = new GraphBuilder();
  const a = graph.input("a", ["m", "inner"]);
  const b = graph.input("b", ["n", "inner"]);
  const normsOfA = graph.input("normsOfA", ["m", 1]);
  const normsOfB = graph.input("normsOfB", [1, "n"]);
  const rest = graph.node("Gemm", [a, b, normsOfB], ["m", "n"], { transB: 1, alpha: { float: -2 } });
  graph.output("distance", graph.binary("Add", rest, normsOfA));
  return graph;
}

function meanRow(rows: Floats, count: number, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < count; i++) for (let c = 0; c < width; c++) mean[c]! += rows[i * width + c]!;
  return mean.map((sum) => sum / count);
}

function shifted(rows: Floats, origin: Float64Array): Float32Array {
  const moved = new Float32Array(rows.length);
  const width = origin.length;
  for (let i = 0; i < rows.length; i += width) for (let c = 0; c < width; c++) moved[i + c] = rows[i + c]! - origin[c]!;
  return moved;
}

function squaredNorms(rows: Floats, count: number, width: number): Float32Array {
  const norms = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let c = i * width; c < (i + 1) * width; c++) sum += rows[c]! * rows[c]!;
    norms[i] = sum;
  }
  return norms;
}

export const plainProducts: Products = {
  multiply(a, b, m, inner, n) {
    const product = new Float64Array(m * n);
    for (let i = 0; i < m; i++) {
      for (let k = 0; k < inner; k++) addScaled(product, i * n, a[i * inner + k]!, b, k * n, n);
    }
    return Promise.resolve(product);
  },
  multiplyTransposed(a, b, m, inner, n) {
    const product = new Float64Array(m * n);
    for (let k = 0; k < inner; k++) {
      for (let i = 0; i < m; i++) addScaled(product, i * n, a[k * m + i]!, b, k * n, n);
    }
    return Promise.resolve(product);
  },
  squaredDistancesTo: (b, n, inner) => (a, m) => {
    const distances = new Float64Array(m * n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) distances[i * n + j] = squaredDistance(a, i * inner, b, j * inner, inner);
    }
    return Promise.resolve(distances);
  },
};

function addScaled(
  to: Float64Array,
  toFrom: number,
  scale: number,
  row: Floats,
  rowFrom: number,
  length: number,
): void {
  for (let c = 0; c < length; c++) to[toFrom + c]! += scale * row[rowFrom + c]!;
}

/** Four sums at once, so that an addition need not wait for the one before it. */
export function squaredDistance(a: Floats, aFrom: number, b: Floats, bFrom: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let c = 0;
  for (; c + 3 < length; c += 4) {
    const d0 = a[aFrom + c]! - b[bFrom + c]!;
    const d1 = a[aFrom + c + 1]! - b[bFrom + c + 1]!;
    const d2 = a[aFrom + c + 2]! - b[bFrom + c + 2]!;
    const d3 = a[aFrom + c + 3]! - b[bFrom + c + 3]!;
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; c < length; c++) {
    const d = a[aFrom + c]! - b[bFrom + c]!;
    s0 += d * d;
  }
  return s0 + s1 + (s2 + s3);
}
