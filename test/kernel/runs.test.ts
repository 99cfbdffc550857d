/** Runs outlive their kernel, also one that is killed in the midst of a training, and front ends are told of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RunReader } from "../../src/protocol/runs";
import type { SessionState } from "../../src/shared/sessionState";
import { eventually, TestKernel } from "./testKernel";

let checkpointFolder: string;
beforeAll(() => (checkpointFolder = mkdtempSync(join(tmpdir(), "graft-runs-"))));
afterAll(() => rmSync(checkpointFolder, { recursive: true }));

const prepare = `
  import { backbones, Dataset, graft, runs, show } from "graft";
  const images = Uint8Array.from({ length: 64 * 784 }, (_, i) => (i * i * 31 + (i >> 9) * 7) % 256);
  const labels = Array.from({ length: 64 }, (_, i) => i % 2);
  const data = Dataset.from({ images, imageShape: [28, 28, 1], labels, classes: ["even", "odd"] });`;

it("what a kernel has trained is listed, drawn and compared by the next one", async () => {
  const first = await TestKernel.start({ checkpointFolder });
  let state: SessionState | undefined;
  const saved: string[] = [];
  first.client.openSession((message) => {
    if (message.kind === "state") state = message.state;
    if (message.kind === "checkpoint") saved.push(message.checkpoint.reached);
  });
  await first.run(prepare);
  await first.run(`
    const model = graft(await backbones.load("fashion-cnn"), { classes: data.classes });
    await model.trainHead(data, { validation: data, plot: false });`);
  await first.run("await model.fineTune(data, { lastLayers: 1, epochs: 2, validation: data, plot: false })");
  const told = await eventually(() => {
    const [last, head] = state?.runs ?? [];
    return last?.status === "finished" && head?.model === "model" && state!.featureCache.bytes > 0 ? state : undefined;
  });
  expect(told.runs.map(({ name, status }) => [name, status])).toEqual([
    ["model: head", "finished"],
    ["model: head", "finished"],
  ]);
  expect(told.models[0]?.layers.at(-1)).toMatchObject({ frozen: false, learningRate: 1e-3 });
  expect(told.models[0]?.layers[0]).not.toHaveProperty("learningRate");
  expect(told.featureCache.limitBytes).toBeGreaterThan(0);

  const endless = first.client.execute("await model.fineTune(data, { lastLayers: 3, epochs: 1e6, plot: false })");
  endless.done.catch(() => undefined);
  const reader = new RunReader(checkpointFolder);
  await eventually(() => (state?.runs[0]?.status === "running" ? true : undefined));
  await eventually(() => (saved.some((reached) => reached.startsWith("last 3")) ? true : undefined));
  expect((await reader.read(true)).map(({ status }) => status)).toEqual(["running", "finished", "finished"]);
  process.kill(first.process.address.pid, "SIGKILL");
  await first.process.exited;
  first.client.dispose();
  rmSync(first.folder, { recursive: true });
  expect((await reader.read(true)).map(({ status }) => status)).toEqual(["interrupted", "finished", "finished"]);

  const second = await TestKernel.start({ checkpointFolder });
  await second.run(prepare);
  expect(await second.value("runs.list().map(({ strategy, status }) => strategy + ' ' + status)")).toBe(
    "[ 'fineTune interrupted', 'fineTune finished', 'trainHead finished' ]",
  );
  const { outputs } = await second.run("show.curves(runs.list()); show.compare(runs.list().slice(1));");
  expect(JSON.stringify(outputs).match(/"application\/vnd.graft.figure.v1\+json"/g)).toHaveLength(2);
  expect(await second.value("runs.list().map((run) => runs.delete(run.id)).length + runs.list().length")).toBe("3");
  expect(await reader.read(true)).toEqual([]);
  await second.end();
});
