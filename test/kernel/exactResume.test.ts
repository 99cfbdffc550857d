/** Stop anywhere, resume in a new process: the same losses and weights, to the bit, as without the stop. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SessionMessage } from "../../src/shared/sessionState";
import { TestKernel } from "./testKernel";

let checkpointFolder: string;
let whole: string;
/** Three trainings of some seconds on a machine with other work. */
const timeoutMs = 60_000;

const prepare = `
  import { createHash } from "node:crypto";
  import { backbones, checkpoints, Dataset, graft } from "graft";
  const images = Uint8Array.from({ length: 96 * 784 }, (_, i) => (i * i * 31 + (i >> 9) * 7) % 256);
  const labels = Array.from({ length: 96 }, (_, i) => i % 3);
  const data = Dataset.from({ images, imageShape: [28, 28, 1], labels, classes: ["a", "b", "c"] });
  const { train, validation } = data.split({ validation: 0.25, seed: 1 });
  const options = {
    all: true, batchNorm: "train", epochs: 60, batchSize: 10, schedule: "cosine", weightDecay: 0.01, clipNorm: 1, emaDecay: 0.9,
    classWeights: "balanced", validation, seed: 3, plot: false,
  } as const;
  /** Everything that a training leaves: each step's loss and rate, each epoch's scores, and every bit of the weights. */
  function trace(of: { history: { phases: readonly any[] }; weights: ReadonlyMap<string, { data: Float32Array }> }) {
    const { steps, epochs, status } = of.history.phases.at(-1);
    const hash = createHash("sha256").update(JSON.stringify([steps, epochs]));
    for (const [name, { data }] of of.weights) hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return status + " " + steps.length + " " + hash.digest("hex");
  }
  const fresh = async () => graft(await backbones.load("fashion-cnn"), { classes: data.classes });`;

/** Resolves with the first message of the session that fits. */
function told(kernel: TestKernel, fits: (message: SessionMessage) => boolean): Promise<void> {
  return new Promise((resolve) => {
    kernel.client.openSession((message) => {
      if (fits(message)) resolve();
    });
  });
}

beforeAll(async () => {
  checkpointFolder = mkdtempSync(join(tmpdir(), "graft-resume-"));
  const kernel = await TestKernel.start();
  await kernel.run(prepare);
  await kernel.run("const model = await fresh(); await model.fineTune(train, options);");
  whole = await kernel.value("trace(model)");
  expect(whole).toMatch(/^'finished 480 [0-9a-f]{64}'$/);
  await kernel.end();
}, timeoutMs);
afterAll(() => rmSync(checkpointFolder, { recursive: true }));

it(
  "after an interrupt in the middle of an epoch",
  async () => {
    const kernel = await TestKernel.start();
    await kernel.run(prepare);
    await kernel.run("const model = await fresh()");
    const trains = told(
      kernel,
      (message) => message.kind === "progress" && message.progress.detail.startsWith("epoch 3"),
    );
    const cell = kernel.client.execute("await model.fineTune(train, options)");
    cell.done.catch(() => undefined);
    await trains;
    await kernel.client.interrupt();
    await cell.done.catch(() => undefined);
    expect(await kernel.value("model.history.phases.at(-1).status")).toBe("'interrupted'");
    const done = Number(await kernel.value("model.history.phases.at(-1).steps.length"));
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(480);
    await kernel.run("await model.resume(train, { validation, plot: false })");
    expect(await kernel.value("trace(model)")).toBe(whole);
    expect(await kernel.value("await model.resume(train)")).toContain("Start a new one with fineTune");
    await kernel.end();
  },
  timeoutMs,
);

it(
  "in the next kernel, when the first was killed",
  async () => {
    const first = await TestKernel.start({ checkpointFolder });
    await first.run(prepare);
    await first.run("const model = await fresh()");
    const saved = told(
      first,
      (message) => message.kind === "checkpoint" && /epoch [1-9]/.test(message.checkpoint.reached),
    );
    const cell = first.client.execute("await model.fineTune(train, options)");
    cell.done.catch(() => undefined);
    await saved;
    process.kill(first.process.address.pid, "SIGKILL");
    await first.process.exited;

    const second = await TestKernel.start({ checkpointFolder });
    await second.run(prepare);
    await second.run("const model = await checkpoints.restore('model')");
    expect(await second.value("model.unfinished")).toMatch(/^'training of 7 layers, [1-9]\d* of 60 epochs done'$/);
    expect(await second.value("await model.resume(data.subset(0, 60), { validation })")).toContain(
      "the training data that the training was begun with",
    );
    await second.run("await model.resume(train, { validation, plot: false })");
    expect(await second.value("trace(model)")).toBe(whole);
    first.client.dispose();
    rmSync(first.folder, { recursive: true });
    await second.end();
  },
  timeoutMs,
);
