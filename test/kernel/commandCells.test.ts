/**
 * The commands of the palette, played with Enter at every question, in one kernel: what each writes has to run on what the one
 * before it has made. The snippets too.
 */
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { cellCommands } from "../../src/extension/commands/cellCommands";
import { digitsCell } from "../../src/extension/commands/plans/dataCells";
import { loadModelCell } from "../../src/extension/commands/plans/modelCells";
import { obstacleTo } from "../../src/extension/commands/readiness";
import { play } from "../../src/extension/commands/testing/answers";
import { expanded, snippets } from "../../src/extension/commands/testing/snippets";
import type { SessionMessage, SessionState } from "../../src/shared/sessionState";
import { eventually, plain, TestKernel } from "./testKernel";

vi.mock("vscode", async () => (await import("../../src/extension/commands/testing/answers")).words);

let kernel: TestKernel;
let state: SessionState | undefined;
let close: () => void = () => undefined;

beforeAll(async () => {
  kernel = await TestKernel.start({ typeErrors: "stop" });
  close = kernel.client.openSession((message: SessionMessage) => {
    if (message.kind === "state") state = message.state;
  });
  await eventually(() => state);
});
afterAll(async () => {
  close();
  await kernel.end();
});

/** Fails with the error of the cell. */
async function run(code: string): Promise<string> {
  const { reply, outputs } = await kernel.run(code);
  if (reply.status === "error") throw new Error(`${plain(reply.traceback)}\n\n${code}`);
  return JSON.stringify(outputs);
}

/** Smaller than what is suggested where that only takes time. */
async function command(
  name: keyof typeof cellCommands,
  ...smaller: readonly (readonly [string, string])[]
): Promise<string> {
  const { needs, dialogue } = cellCommands[name];
  const now = state!;
  expect(obstacleTo(needs, { started: true, state: now })).toBeUndefined();
  const { result } = play(dialogue(now));
  if (typeof result !== "string") throw new Error(result.message);
  const code = smaller.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, result);
  return run(code);
}

it("one after the other they make a model out of nothing, with types that are right", async () => {
  await run(digitsCell);
  await run(`const scarce = digits.train.sample({ labels: 50, seed: 1 }); const few = digits.test.subset(0, 200);`);
  await run(`const small = { train: scarce, test: few };`);
  expect(await command("loadBackbone")).toContain("fashion-cnn");
  expect(await command("attachHead")).toContain("head");
  expect(state?.backbones).toMatchObject([{ name: "backbone", inputShape: [28, 28, 1] }]);
  expect(await command("trainHead", ["digits.train", "scarce"], ["digits.test", "few"])).toContain("accuracy");
  await command("findLearningRate", ["lastLayers: 3 }", "lastLayers: 1, steps: 20 }"]);
  await command("fineTuneLastLayers", ["epochs: 20", "epochs: 2"], ["digits.test", "few"]);
  await command("fineTuneWholeNetwork", ["epochs: 5", "epochs: 1"], ["digits.test", "few"]);
  expect(state?.models[0]?.stepSeconds.map(({ lastLayers }) => lastLayers)).toHaveLength(2);
  expect(await command("showCurves")).toContain("application/vnd.graft.figure.v1+json");
  expect(await command("showConfusion", ["digits.test", "few"])).toContain("application/vnd.graft.figure.v1+json");
  await command("showEmbedding", ["digits.test", "few"], ['"tsne"', '"pca"']);
  await command(
    "compareStrategies",
    ["digits.test", "few"],
    ["10, 50", "10"],
    ["seeds: 3", "seeds: 2"],
    ["scratch", "prototypes"],
  );
  await command("saveCheckpoint");
  expect(await run(loadModelCell("model.graft", "again"))).toContain("head");
  await command("exportModel");
  expect(readdirSync(kernel.folder)).toEqual(expect.arrayContaining(["model.graft", "again.onnx"]));
  const { bytes } = await eventually(() => (state!.featureCache.bytes > 0 ? state!.featureCache : undefined));
  expect(bytes).toBeGreaterThan(1000);
  await command("clearFeatureCache");
  await eventually(() => (state!.featureCache.bytes < bytes ? true : undefined));
});

it("the snippets have the right types", async () => {
  const code = snippets.map((snippet, index) => {
    const statements = expanded(snippet).replaceAll(/^import .*$/gm, "");
    // Each in a function that is not called: the variables are those of the cells above.
    return `async function snippet${index}() {\n${statements}\n}`;
  });
  const imports = `import { backbones, compareStrategies, datasets, graft, models, show } from "graft";`;
  await run(`${imports}\n${code.join("\n").replace("const digits = await", "const others = await")}`);
});
