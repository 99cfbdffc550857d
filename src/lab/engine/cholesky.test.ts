import { afterAll, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import { cholesky, solveInPlace } from "./cholesky";
import { gramMatrix } from "./gramMatrix";
import { onnxGramMatrix } from "./onnxHeadProblem";
import { Runtime } from "./runtime";
import { relativeDistance } from "./testing/networks";

const rng = new Rng(4);
const random = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
const matrixOf = (rows: number, width: number) => ({
  shape: [rows, width],
  data: Float32Array.from({ length: rows * width }, () => rng.normal()),
});
const runtime = new Runtime();
afterAll(() => runtime.dispose());

test.each([1, 2, 3, 4, 5, 8, 11])("every row times every row, %d of them", async (rows) => {
  const matrix = matrixOf(rows, 6);
  const expected = Array.from({ length: rows * rows }, (_, at) => {
    const [i, j] = [Math.floor(at / rows), at % rows];
    return [0, 1, 2, 3, 4, 5].reduce((sum, k) => sum + matrix.data[i * 6 + k]! * matrix.data[j * 6 + k]!, 0);
  });
  for (const gram of [gramMatrix(matrix), await onnxGramMatrix(runtime, matrix)]) {
    expect(gram).toHaveLength(rows * rows);
    gram.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 12));
  }
});

test.each([
  [1, 1],
  [3, 2],
  [7, 4],
  [12, 11],
])("divides by a matrix of %d rows, %d vectors at once", (size, count) => {
  const matrix = gramMatrix(matrixOf(size, size + 3));
  const expected = random(size * count);
  const vectors = new Float64Array(size * count);
  for (let at = 0; at < vectors.length; at++) {
    const [vector, i] = [Math.floor(at / size), at % size];
    for (let j = 0; j < size; j++) vectors[at]! += matrix[i * size + j]! * expected[vector * size + j]!;
  }
  solveInPlace(cholesky(matrix, size), vectors);
  expect(relativeDistance(vectors, expected)).toBeLessThan(1e-9);
});
