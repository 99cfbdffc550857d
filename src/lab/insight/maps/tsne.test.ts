import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../shared/rng";
import { type Affinities, affinities, neighboursFor } from "./affinities";
import { gaussians } from "./testing/gaussians";
import { initialMap } from "./initialMap";
import { mapQuality } from "./mapQuality";
import type { Matrix } from "./matrix";
import { nearestNeighbours } from "./nearestNeighbours";
import { principalComponents, project } from "./principalComponents";
import { plainProducts } from "./products";
import { gridRepulsion } from "./repulsion/gridRepulsion";
import { soloTeam, type Team } from "./team";
import { tsne } from "./tsne";

interface Recorded {
  readonly recordedWith: string;
  readonly rows: number;
  readonly columns: number;
  readonly features: readonly number[];
  readonly tsne: { readonly perplexity: number; readonly divergence: number; readonly trustworthiness: number };
}

const golden = join(import.meta.dirname, "__goldens__", "sklearn.json");
const recorded = JSON.parse(readFileSync(golden, "utf8")) as Recorded;

async function jointOf(input: Matrix, perplexity: number): Promise<Affinities> {
  const count = neighboursFor(perplexity, input.rows - 1);
  return affinities(await nearestNeighbours(input, input, count, plainProducts, soloTeam), perplexity, soloTeam);
}

async function startOf(input: Matrix): Promise<Float64Array> {
  const projection = await principalComponents(input, 2, 0, plainProducts, soloTeam);
  return initialMap(await project(input, projection, plainProducts, soloTeam), 2, 1e-4, 0);
}

const quality = (input: Matrix, map: Float64Array) =>
  mapQuality(input, { rows: input.rows, columns: 2, data: map }, 10, plainProducts, soloTeam);

// Recorded by scripts/recordMapQuality.py.
it(`t-SNE reaches as low a divergence as ${recorded.recordedWith}, and as trustworthy a map`, async () => {
  const { rows, columns } = recorded;
  const { perplexity, divergence, trustworthiness } = recorded.tsne;
  const input = { rows, columns, data: Float64Array.from(recorded.features) };
  const map = await startOf(input);
  const ours = tsne(await jointOf(input, perplexity), map, { dims: 2, iterations: 750 }, soloTeam);
  expect(ours.divergence).toBeLessThan(1.05 * divergence);
  expect((await quality(input, map)).trustworthiness).toBeGreaterThan(trustworthiness - 0.01);
});

describe("affinities", () => {
  it("sum to 1, and are symmetric", async () => {
    const { n, starts, columns, values } = await jointOf(gaussians(80, 6, 3, 4), 10);
    expect(values.subarray(0, starts[n]).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    const entries = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      for (let entry = starts[i]!; entry < starts[i + 1]!; entry++) {
        expect(entries.has(`${i} ${columns[entry]}`)).toBe(false);
        entries.set(`${i} ${columns[entry]}`, values[entry]!);
      }
    }
    for (const [pair, p] of entries) expect(entries.get(pair.split(" ").reverse().join(" "))).toBeCloseTo(p, 9);
  });

  it("give each row the perplexity asked for", async () => {
    // On a ring every row has the same neighbours at the same distances, so that p(j|i) = n p(ij).
    const n = 60;
    const data = Float64Array.from({ length: 2 * n }, (_, k) =>
      k % 2 === 0 ? Math.cos((Math.PI * k) / n) : Math.sin((Math.PI * (k - 1)) / n),
    );
    const { starts, values } = await jointOf({ rows: n, columns: 2, data }, 12);
    let entropy = 0;
    for (const p of values.subarray(starts[7], starts[8])) entropy -= n * p * Math.log(n * p);
    // Ties at the edge of the neighbourhood are broken by index, so symmetry is not perfect.
    expect(Math.exp(entropy)).toBeGreaterThan(11.5);
    expect(Math.exp(entropy)).toBeLessThan(12.8);
  });

  it("stay finite for equal rows", async () => {
    const { values } = await jointOf({ rows: 30, columns: 2, data: new Float64Array(60) }, 5);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe("t-SNE", () => {
  it.each([2, 3] as const)("steps down the gradient of the divergence (%d dimensions)", async (dims) => {
    const n = 25;
    const joint = await jointOf(gaussians(n, 5, 2, 2), 6);
    const rng = new Rng(3);
    const from = Float64Array.from({ length: dims * n }, () => 2 * rng.normal());
    const to = from.slice();
    const { learningRate } = tsne(joint, to, { dims, iterations: 1 }, soloTeam);
    const divergence = (map: Float64Array) => tsne(joint, map.slice(), { dims, iterations: 0 }, soloTeam).divergence;
    const step = 1e-4;
    for (const k of [0, 1, 7, 24, 49]) {
      const moved = (by: number) => divergence(from.map((value, index) => (index === k ? value + by : value)));
      const numeric = (moved(step) - moved(-step)) / (2 * step);
      // The first step has gain 0.8, and the gradient's factor 4 is in the learning rate.
      expect((from[k]! - to[k]!) / (0.8 * learningRate)).toBeCloseTo(numeric / 4, 6);
    }
  });

  it("separates separated Gaussians and keeps neighbourhoods", async () => {
    const input = gaussians(150, 60, 3, 12);
    const map = await startOf(input);
    const early = tsne(await jointOf(input, 15), map.slice(), { dims: 2, iterations: 10 }, soloTeam);
    const late = tsne(await jointOf(input, 15), map, { dims: 2, iterations: 400 }, soloTeam);
    expect(late.divergence).toBeLessThan(early.divergence);
    const onMap = { rows: 150, columns: 2, data: map };
    const { indices } = await nearestNeighbours(onMap, onMap, 1, plainProducts, soloTeam);
    indices.forEach((neighbour, i) => expect(neighbour % 3).toBe(i % 3));
    const rng = new Rng(9);
    const random = Float64Array.from({ length: 300 }, () => rng.normal());
    const [ours, chance] = [await quality(input, map), await quality(input, random)];
    expect(ours.trustworthiness).toBeGreaterThan(chance.trustworthiness + 0.2);
  });

  it("stops where it is told to and says so", async () => {
    const input = gaussians(60, 5, 3, 4);
    const seen: number[] = [];
    const options = {
      dims: 2,
      iterations: 400,
      isStopped: (iteration: number) => iteration === 7,
      onIteration: (iteration: number) => void seen.push(iteration),
    } as const;
    expect(tsne(await jointOf(input, 10), await startOf(input), options, soloTeam).iterations).toBe(7);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("stays finite where all rows are equal", async () => {
    const equal = { rows: 40, columns: 3, data: new Float64Array(120).fill(0.5) };
    const map = await startOf(equal);
    tsne(await jointOf(equal, 8), map, { dims: 2, iterations: 120 }, soloTeam);
    expect(map.every(Number.isFinite)).toBe(true);
  });

  it("takes memory that grows with the rows, not with their square", async () => {
    const bytesFor = async (rows: number) => {
      let bytes = 0;
      const counting: Team = {
        ...soloTeam,
        memory(size) {
          bytes += size;
          return soloTeam.memory(size);
        },
      };
      const input = gaussians(rows, 4, 3, 4);
      const neighbours = await nearestNeighbours(input, input, 16, plainProducts, counting);
      const map = new Float64Array(2 * rows).map((_, k) => input.data[2 * k]!);
      const repulsion = gridRepulsion(false, counting);
      tsne(affinities(neighbours, 5, counting), map, { dims: 2, iterations: 1, repulsion }, counting);
      return bytes;
    };
    const [few, many] = [await bytesFor(300), await bytesFor(900)];
    expect(many).toBeGreaterThan(few);
    expect(many).toBeLessThan(3 * few);
  });
});
