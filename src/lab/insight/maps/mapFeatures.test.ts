import { describe, expect, it } from "vitest";
import { gaussians } from "./testing/gaussians";
import { mapFeatures, type MapProgress, type MapRequest } from "./mapFeatures";
import type { MapJob } from "./mapMessages";
import { runInTeam } from "./mapTeam";

const request = (rows: number, rest: Partial<MapRequest> = {}): MapRequest => {
  const { data: features, columns } = gaussians(rows, 8, 3, 9);
  return { rows, columns, features, method: "tsne", dims: 2, seed: 0, ...rest };
};

/** Whether the nearest point to each is of its own group, in nearly all cases. */
function keepsGroups(map: Float32Array, dims: number): boolean {
  const n = map.length / dims;
  let right = 0;
  for (let i = 0; i < n; i++) {
    let best = Infinity;
    let nearest = -1;
    for (let j = 0; j < n; j++) {
      let square = 0;
      for (let d = 0; d < dims; d++) square += (map[i * dims + d]! - map[j * dims + d]!) ** 2;
      if (j !== i && square < best) [best, nearest] = [square, j];
    }
    if (nearest % 3 === i % 3) right++;
  }
  return right > 0.97 * n;
}

describe("mapFeatures", () => {
  it.each([
    ["tsne", 2],
    ["tsne", 3],
    ["umap", 2],
    ["umap", 3],
    ["pca", 2],
    ["pca", 3],
  ] as const)(
    "by %s in %d dimensions keeps groups together, places others among them, and is seeded",
    async (method, dims) => {
      const wanted = request(150, { method, dims, ...(method === "pca" ? {} : { iterations: 150 }) });
      const result = await mapFeatures(wanted);
      expect(result).toMatchObject({ interrupted: false, iteration: method === "pca" ? 0 : 150 });
      expect(result.map.length).toBe(150 * dims);
      expect(keepsGroups(result.map, dims)).toBe(true);
      expect(result.quality.neighbours).toBe(10);
      expect(result.quality.trustworthiness).toBeGreaterThan(0.8);
      if (dims === 2) expect((await mapFeatures(wanted)).map).toEqual(result.map);

      // As many others as there are: the case in which umap-js would move the map.
      const others = gaussians(150, 8, 3, 9, 2).data;
      const placed = await result.transform(others, 150);
      const together = new Float32Array([...result.map, ...placed]);
      expect(keepsGroups(together, dims)).toBe(true);
      if (dims === 3) expect(await result.transform(others, 150)).toEqual(placed);
      expect((await result.transform(new Float32Array(0), 0)).length).toBe(0);
    },
  );

  it.each([
    [2, 700, "Barnes-Hut"],
    [3, 700, "Barnes-Hut"],
    [2, 290, "exact"],
  ] as const)("gives the same bits for one and for three workers (%d dimensions, %d rows)", async (dims, n, way) => {
    const { rows, columns, features } = gaussiansShared(n);
    const job: MapJob = {
      kind: "map",
      rows,
      columns,
      features,
      method: "tsne",
      dims,
      perplexity: 10,
      neighbours: 15,
      iterations: 30,
      seed: 3,
      interruptFlag: new Int32Array(new SharedArrayBuffer(4)),
    };
    const maps = await Promise.all([1, 3].map((members) => runInTeam(job, { members })));
    const [one, three] = maps.map((done) => (done?.kind === "done" ? done : undefined));
    expect(three!.reference.map).toEqual(one!.reference.map);
    expect(three!.quality).toEqual(one!.quality);
    expect(three!.parameters).toEqual(one!.parameters);
    expect(one!.parameters.repulsion).toBe(way);
    // In the plane others are placed through a grid.
    const place = { kind: "place", reference: one!.reference, rows, columns, features } as const;
    const placed = await Promise.all([1, 3].map((members) => runInTeam(place, { members })));
    expect(placed[0]!.kind).toBe("placed");
    expect(placed[1]).toEqual(placed[0]);
  });

  it("is drawn while it converges, and says how long it will take", async () => {
    const seen: MapProgress[] = [];
    await mapFeatures(request(900, { iterations: 300 }), (progress) => seen.push(progress));
    expect(seen[0]).toMatchObject({ iteration: 0, iterations: 300 });
    expect(seen.every(({ map }) => map.length === 1800)).toBe(true);
    expect(seen.at(-1)!.iteration).toBeGreaterThan(0);
    expect(seen.at(-1)!.secondsLeft).toBeGreaterThanOrEqual(0);
  });

  it.each(["tsne", "umap"] as const)(
    "stops at the next iteration when it is interrupted, and keeps the map (%s)",
    async (method) => {
      const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
      let seen = 0;
      const result = await mapFeatures(
        request(600, { method, iterations: 100_000, interruptFlag }),
        ({ iteration }) => {
          if (iteration > 0) Atomics.store(interruptFlag, 0, 1);
          seen = Math.max(seen, iteration);
        },
      );
      expect(result.interrupted).toBe(true);
      expect(result.iteration).toBeGreaterThanOrEqual(seen);
      expect(result.iteration).toBeLessThan(100_000);
      expect(result.map.every(Number.isFinite)).toBe(true);
      expect(result.quality.trustworthiness).toBeGreaterThan(0);
    },
  );

  it("interrupted before it began is the start of the map", async () => {
    const interruptFlag = new Int32Array(new SharedArrayBuffer(4)).fill(1);
    const result = await mapFeatures(request(60, { interruptFlag }));
    expect(result).toMatchObject({ interrupted: true, iteration: 0 });
    expect(result.map.some((value) => value !== 0)).toBe(true);
  });

  it("gives UMAP up where it cannot be stopped, before its first iteration", async () => {
    const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
    const { rows, columns, features } = gaussiansShared(3000);
    const mapping = mapFeatures({ rows, columns, features, method: "umap", dims: 2, seed: 0, interruptFlag });
    Atomics.store(interruptFlag, 0, 1);
    const result = await mapping;
    expect(result).toMatchObject({ interrupted: true, iteration: 0, parameters: { neighbours: 15 } });
    expect(result.map.some((value) => value !== 0)).toBe(true);
  });

  it.each(["tsne", "umap", "pca"] as const)(
    "stays finite for constant features and equal rows (%s)",
    async (method) => {
      const features = new Float32Array(40 * 3).fill(0.5);
      const constant = await mapFeatures({ rows: 40, columns: 3, features, method, dims: 3, seed: 0 });
      expect(constant.map.every(Number.isFinite)).toBe(true);
      const twice = gaussians(40, 3, 2, 4).data;
      twice.copyWithin(60, 0, 60);
      const doubled = await mapFeatures({ rows: 40, columns: 3, features: twice, method, dims: 2, seed: 0 });
      expect(doubled.map.every(Number.isFinite)).toBe(true);
    },
  );

  it.each<[string, number, object]>([
    ["bad-method", 40, { method: "isomap" }],
    ["bad-dims", 40, { dims: 4 }],
    ["bad-shape", 40, { columns: 7 }],
    ["too-few", 11, {}],
    ["bad-iterations", 40, { iterations: 0 }],
    ["bad-seed", 40, { seed: 0.5 }],
    ["bad-perplexity", 40, { perplexity: 30 }],
    ["bad-perplexity", 40, { perplexity: Number.NaN }],
    ["bad-neighbours", 40, { neighbours: 40 }],
  ])("meets bad input with embedding/%s", async (code, rows, rest) => {
    await expect(mapFeatures(request(rows, rest))).rejects.toMatchObject({ code: `embedding/${code}` });
  });

  it("names the first feature that is not finite, of the map and of what is placed", async () => {
    const broken = request(40);
    broken.features[83] = Number.NaN;
    const wanted = { code: "embedding/not-finite", found: "NaN in row 10, column 3" };
    await expect(mapFeatures(broken)).rejects.toMatchObject(wanted);
    const whole = await mapFeatures(request(40, { method: "pca" }));
    await expect(whole.transform(broken.features, 40)).rejects.toMatchObject(wanted);
    await expect(whole.transform(broken.features, 39)).rejects.toMatchObject({ code: "embedding/bad-shape" });
  });

  it("says so when a worker dies, and ends the others", async () => {
    // A flag that is not in shared memory breaks the worker at its first look.
    const interruptFlag = "none" as unknown as Int32Array<SharedArrayBuffer>;
    await expect(mapFeatures(request(1200, { interruptFlag }))).rejects.toMatchObject({
      code: "embedding/worker-died",
    });
  });
});

function gaussiansShared(rows: number) {
  const { columns, data } = gaussians(rows, 8, 3, 6);
  const features = new Float32Array(new SharedArrayBuffer(data.byteLength));
  features.set(data);
  return { rows, columns, features };
}
