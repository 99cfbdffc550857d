import { afterEach, expect, it, vi } from "vitest";
import { gaussians } from "./testing/gaussians";
import { runMap } from "./runMap";
import { soloTeam, type Team } from "./team";

afterEach(() => vi.unstubAllGlobals());

/** Bytes of all shared memory together, and of the largest other array. */
async function memoryOf(rows: number) {
  const { columns, data } = gaussians(rows, 4, 3, 4);
  const features = new Float32Array(new SharedArrayBuffer(data.byteLength));
  features.set(data);
  const bytes = { shared: 0, largest: 0 };
  const team: Team = {
    ...soloTeam,
    memory(size) {
      bytes.shared += size;
      return soloTeam.memory(size);
    },
  };
  for (const name of ["Float32Array", "Float64Array", "Int32Array", "Uint32Array", "Array"] as const) {
    const watched: ArrayConstructor = new Proxy(globalThis[name] as ArrayConstructor, {
      construct(target, args: unknown[]) {
        const made = Reflect.construct(target, args) as unknown[] | Float32Array;
        bytes.largest = Math.max(bytes.largest, "byteLength" in made ? made.byteLength : 8 * made.length);
        return made;
      },
    });
    vi.stubGlobal(name, watched);
  }
  const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
  const settings = { perplexity: 10, neighbours: 8, iterations: 1, seed: 0, interruptFlag } as const;
  await runMap({ kind: "map", rows, columns, features, method: "tsne", dims: 2, ...settings }, team, () => undefined);
  vi.unstubAllGlobals();
  return bytes;
}

it("a map takes memory that grows with its rows, not with their square", async () => {
  const [few, many] = [await memoryOf(2100), await memoryOf(4200)];
  expect(many.shared).toBeGreaterThan(few.shared);
  expect(many.shared).toBeLessThan(2.1 * few.shared);
  expect(many.largest).toBeLessThan(2.1 * few.largest);
});
