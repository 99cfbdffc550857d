/** Processes that write checkpoints without end are killed at random moments: what is left must always be whole and recent. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decodeCheckpoint } from "../../src/lab/checkpoint/checkpointBytes";
import { readCheckpointDescriptions } from "../../src/protocol/checkpoints";
import { Rng } from "../../src/shared/rng";

const kills = 200;
/** Processes at the same time; each has a folder of its own. */
const lanes = 4;

/** Writes checkpoint after checkpoint, each with its number in every weight, and says which are written. */
const writer = `
  import { writeSync } from "node:fs";
  import { writeCheckpoint } from "./src/lab/checkpoint/writeCheckpoint";
  const layer = (name, input) => ({ type: "Dense", name, inputs: [input], units: 128, useBias: true, activation: "linear" });
  const graph = { input: { name: "x", shape: [128] }, layers: [layer("a", "x"), layer("b", "a"), layer("c", "b")], output: "c" };
  const [folder, first] = process.argv.slice(2);
  for (let n = Number(first); ; n++) {
    const tensor = (shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(n) });
    const weights = new Map(graph.layers.flatMap(({ name }) => [[name + "/kernel", tensor([128, 128])], [name + "/bias", tensor([128])]]));
    const about = { version: 1, savedAt: new Date().toISOString(), variable: "m", backbone: "b", reached: String(n), graph };
    await writeCheckpoint(folder, "m-1", { about, weights });
    writeSync(1, n + "\\n");
  }`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "graft-kills-"));
  await build({
    stdin: { contents: writer, resolveDir: process.cwd(), loader: "js" },
    ...{ bundle: true, platform: "node", format: "esm", outfile: join(folder, "writer.mjs"), logLevel: "error" },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The number of the last one that the process reported before it was killed. */
async function writeUntilKilled(into: string, first: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [join(folder, "writer.mjs"), into, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let reported = first - 1;
  const lines = createInterface(child.stdout);
  lines.once("line", () => setTimeout(() => child.kill("SIGKILL"), afterMs));
  lines.on("line", (line) => (reported = Number(line)));
  const [[, signal]] = await Promise.all([once(child, "exit") as Promise<[unknown, string]>, once(lines, "close")]);
  expect(signal).toBe("SIGKILL");
  return reported;
}

it(`${kills} kills at random moments leave the last reported checkpoint or a newer one, whole`, async () => {
  let cutOff = 0;
  const lane = async (index: number) => {
    const own = join(folder, `lane-${index}`);
    const random = new Rng(index + 1);
    let next = 1;
    for (let kill = 0; kill < kills / lanes; kill++) {
      const reported = await writeUntilKilled(own, next, random.uniform() * 12);
      const [newest] = await readCheckpointDescriptions(own);
      const { about, weights } = decodeCheckpoint(newest!.file, readFileSync(newest!.file));
      const number = Number(about.reached);
      expect(number).toBeGreaterThanOrEqual(reported);
      expect([...weights.values()].every(({ data }) => data.every((value) => value === number))).toBe(true);
      const temporary = readdirSync(own).filter((name) => name.endsWith(".tmp"));
      // Those of processes killed before have been removed.
      expect(temporary.length).toBeLessThanOrEqual(1);
      cutOff += temporary.length;
      next = number + 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  // Otherwise the kills came between the writes and proved nothing.
  expect(cutOff).toBeGreaterThan(kills / 10);
}, 180_000);
