import { describe, expect, it } from "vitest";
import { gaussians } from "./testing/gaussians";
import { nearestNeighbours } from "./nearestNeighbours";
import { nativeProducts, plainProducts } from "./products";
import { soloTeam } from "./team";

const line = (positions: readonly number[]) => ({
  rows: positions.length,
  columns: 1,
  data: Float32Array.from(positions),
});

describe("nearest neighbours", () => {
  it("come by distance, then by index, without the row itself", async () => {
    const rows = line([5, 0, 2, 2, 1, 9]);
    const { indices, distances } = await nearestNeighbours(rows, rows, 3, plainProducts, soloTeam);
    expect([...indices.subarray(3, 6)]).toEqual([4, 2, 3]);
    expect([...distances.subarray(3, 6)]).toEqual([1, 4, 4]);
    expect([...indices.subarray(6, 9)]).toEqual([3, 4, 1]);
  });

  it("of other rows may be equal to them", async () => {
    const { indices } = await nearestNeighbours(line([2, 9]), line([5, 0, 2, 8]), 2, plainProducts, soloTeam);
    expect([...indices]).toEqual([2, 1, 3, 0]);
  });

  it("by ONNX Runtime are the exact ones, also far from the origin and across blocks", async () => {
    const rows = gaussians(5000, 6, 3, 3);
    rows.data.forEach((value, k) => (rows.data[k] = value + 200));
    const [queries] = [{ rows: 300, columns: 6, data: rows.data.subarray(0, 1800) }];
    const plain = await nearestNeighbours(queries, rows, 12, plainProducts, soloTeam);
    const native = await nearestNeighbours(queries, rows, 12, await nativeProducts(), soloTeam);
    expect(native.indices).toEqual(plain.indices);
  });

  it("among equal rows are the first ones", async () => {
    const equal = { rows: 40, columns: 3, data: new Float32Array(120).fill(0.5) };
    const { indices } = await nearestNeighbours(equal, equal, 5, plainProducts, soloTeam);
    expect([...indices.subarray(0, 5)]).toEqual([1, 2, 3, 4, 5]);
    expect([...indices.subarray(50, 55)]).toEqual([0, 1, 2, 3, 4]);
  });
});
