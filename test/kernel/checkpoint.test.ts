/** Models outlive their kernel: what one process saved, the next takes up again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readCheckpointDescriptions } from "../../src/protocol/checkpoints";
import type { CheckpointDescription } from "../../src/shared/sessionState";
import { eventually, TestKernel } from "./testKernel";

let checkpointFolder: string;
beforeAll(() => (checkpointFolder = mkdtempSync(join(tmpdir(), "graft-checkpoints-"))));
afterAll(() => rmSync(checkpointFolder, { recursive: true }));

/** Digits of two kinds that the shipped backbone can be grafted on. */
const prepare = `
  import { backbones, checkpoints, Dataset, graft } from "graft";
  const images = Uint8Array.from({ length: 64 * 784 }, (_, i) => (i * i * 31 + (i >> 9) * 7) % 256);
  const labels = Array.from({ length: 64 }, (_, i) => i % 2);
  const data = Dataset.from({ images, imageShape: [28, 28, 1], labels, classes: ["even", "odd"] });`;

it("a model of a kernel that was killed in the midst of a training is restored by the next, the same to the bit", async () => {
  const first = await TestKernel.start({ checkpointFolder });
  const told: CheckpointDescription[] = [];
  first.client.openSession((message) => {
    if (message.kind === "checkpoint") {
      told.push(message.checkpoint);
    }
  });
  await first.run(prepare);
  await first.run(`
    const model = graft(await backbones.load("fashion-cnn"), { classes: data.classes });
    await model.trainHead(data, { plot: false });
    const small = graft(await backbones.load("fashion-cnn"), { classes: data.classes });
    await small.fineTune(data, { lastLayers: 2, epochs: 2, batchSize: 8, plot: false });`);
  const score = await first.value(
    "JSON.stringify(await small.evaluate(data)) + JSON.stringify((await small.logits(data)).data.join())",
  );
  await eventually(() => (told.some(({ variable }) => variable === "small") ? true : undefined));
  const endless = first.client.execute(
    "await model.fineTune(data, { lastLayers: 3, epochs: 1e6, batchSize: 8, plot: false })",
  );
  endless.done.catch(() => undefined);
  const saved = await eventually(() => told.find(({ reached }) => reached.startsWith("last 3 layers")), 30_000);
  process.kill(first.process.address.pid, "SIGKILL");
  await first.process.exited;

  const left = await readCheckpointDescriptions(checkpointFolder);
  expect(left.map(({ variable }) => variable)).toEqual(["model", "small"]);
  expect(left[0]!.savedAt >= saved.savedAt).toBe(true);
  expect(left[0]!.reached).toMatch(/^last 3 layers without batch norm, epoch \d+ of 1000000$/);

  const second = await TestKernel.start({ checkpointFolder });
  await second.run(prepare);
  expect(await second.value("checkpoints.list().map(({ variable }) => variable)")).toBe("[ 'model', 'small' ]");
  await second.run("const back = await checkpoints.restore('small'); const model = await checkpoints.restore()");
  const again = await second.value(
    "JSON.stringify(await back.evaluate(data)) + JSON.stringify((await back.logits(data)).data.join())",
  );
  expect(again).toBe(score);
  expect(await second.value("model.history.phases.map(({ name, status }) => name + ' ' + status)")).toBe(
    "[ 'head finished', 'last 3 layers without batch norm interrupted' ]",
  );
  expect(await second.value("(await model.fineTune(data, { lastLayers: 3, epochs: 1, plot: false })).status")).toBe(
    "'finished'",
  );
  first.client.dispose();
  rmSync(first.folder, { recursive: true });
  await second.end();
});

it("an error says what is there", async () => {
  const kernel = await TestKernel.start({ checkpointFolder });
  expect(await kernel.value("import { checkpoints } from 'graft'; await checkpoints.restore('nothing')")).toContain(
    "but found model, small.",
  );
  await kernel.end();
});

it("without a folder nothing is saved", async () => {
  const kernel = await TestKernel.start();
  expect(await kernel.value("import { checkpoints } from 'graft'; checkpoints.list()")).toBe("[]");
  expect(await kernel.value("await checkpoints.restore()")).toContain("Start the kernel with --checkpoint-folder");
  await kernel.end();
});

it("a model that a function has trained gets its variable's name when the cell has ended", async () => {
  const kernel = await TestKernel.start({ checkpointFolder });
  await kernel.run(prepare);
  await kernel.run(`
    async function make() {
      const inner = graft(await backbones.load("fashion-cnn"), { classes: data.classes });
      await inner.trainHead(data, { plot: false });
      return inner;
    }
    const models = { made: await make() };`);
  const list = "checkpoints.list().some(({ variable }) => variable === 'models.made')";
  await eventually(async () => ((await kernel.value(list)) === "true" ? true : undefined));
  await kernel.end();
});
