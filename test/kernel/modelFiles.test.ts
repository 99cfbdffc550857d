/** What Graft writes is read by a process that never saw the model: Graft itself, onnxruntime in Node and in Python, and tfjs. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installOnce } from "../../scripts/installOnce";
import { cacheFolder } from "../../src/lab/data/locations";
import { decodeModelFile } from "../../src/lab/modelFile/decodeModelFile";
import { TestKernel } from "./testKernel";

const run = promisify(execFile);
/** Installing onnxruntime the first time. */
const setUpTimeoutMs = 300_000;

let folder: string;
let logits: Float32Array;
let predictions: string;
let phases: string;
const at = (name: string) => join(folder, name);

const data = `
  import { writeFileSync } from "node:fs";
  import { backbones, datasets, graft, models } from "graft";
  const { train: all, test } = await datasets.mnist();
  const [train, some] = [all.sample({ labels: 60, seed: 1 }), test.subset(0, 24)];
  const phasesOf = (of: any) => JSON.stringify(of.history.phases.map(({ name, trainedOn, options, epochs }: any) => [name, trainedOn, options, epochs]));
  const predicted = async (of: any) => JSON.stringify([(await of.predict(some)).map(({ label, probability }: any) => [label, probability]), of.classes]);`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "graft-model-files-"));
  const kernel = await TestKernel.start();
  await kernel.run(data);
  const made = await kernel.value(`
    const backbone = await backbones.load("fashion-cnn");
    const model = graft(backbone, { classes: train.classes });
    await model.trainHead(train, { plot: false });
    await model.fineTune(train, { lastLayers: 2, epochs: 2, plot: false });
    const folder = ${JSON.stringify(folder)};
    await model.save(folder + "/m.graft");
    await model.exportTo("onnx", folder + "/m.onnx");
    await model.exportTo("tfjs", folder + "/tfjs");
    const { scale, offset } = backbone.preprocessing as any;
    const pixels = Array.from({ length: some.size }, (_, i) => [...some.image(i)].map((byte) => byte * scale + offset));
    writeFileSync(folder + "/inputs", Float32Array.from(pixels.flat()));
    writeFileSync(folder + "/logits", (await model.logits(some)).data);
    model.history.phases.length`);
  expect(made).toBe("2");
  predictions = await kernel.value("await predicted(model)");
  phases = await kernel.value("phasesOf(model)");
  expect(phases).toMatch(/"head","[0-9a-f]{16}".*"seed":0/s);
  await kernel.end();
  logits = floats(at("logits"));
  expect(logits.length).toBe(240);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function floats(file: string): Float32Array {
  return new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
}

function expectSame(found: Float32Array): void {
  const largest = Math.max(...logits.map(Math.abs));
  expect(found.length).toBe(logits.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - logits[i]!))) / largest).toBeLessThan(1e-4);
}

/** Runs a script in a process that has nothing of Graft; it writes to the file `outputs`. */
async function inProcess(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Float32Array> {
  rmSync(at("outputs"), { force: true });
  await run(program, args, { cwd: folder, env: { ...process.env, ...env } });
  return floats(at("outputs"));
}

const required = (name: string) => JSON.stringify(require.resolve(name));

it("the .graft file, in another kernel: the same predictions, the history, and it goes on training", async () => {
  const kernel = await TestKernel.start();
  await kernel.run(data);
  await kernel.run(`const model = await models.load(${JSON.stringify(at("m.graft"))})`);
  expect(await kernel.value("await predicted(model)")).toBe(predictions);
  expect(await kernel.value("phasesOf(model)")).toBe(phases);
  expect(await kernel.value("(await model.fineTune(train, { lastLayers: 2, epochs: 1, plot: false })).status")).toBe(
    "'finished'",
  );
  await kernel.end();
});

it("the ONNX file, in onnxruntime of another process", async () => {
  const script = `
    const { InferenceSession, Tensor } = require(${required("onnxruntime-node")});
    const { readFileSync, writeFileSync } = require("node:fs");
    (async () => {
      const session = await InferenceSession.create("m.onnx");
      const inputs = new Float32Array(Uint8Array.from(readFileSync("inputs")).buffer);
      const { output } = await session.run({ [session.inputNames[0]]: new Tensor("float32", inputs, [24, 28, 28, 1]) });
      writeFileSync("outputs", output.data);
    })();`;
  expectSame(await inProcess(process.execPath, ["-e", script]));
});

it("the LayersModel, in tfjs of another process", async () => {
  const script = `
    const tf = require(${required("@tensorflow/tfjs")});
    const { readFileSync, writeFileSync } = require("node:fs");
    (async () => {
      const { modelTopology, weightsManifest, userDefinedMetadata } = JSON.parse(readFileSync("tfjs/model.json"));
      const weightData = Uint8Array.from(readFileSync("tfjs/" + weightsManifest[0].paths[0])).buffer;
      const artifacts = { modelTopology, weightSpecs: weightsManifest[0].weights, weightData, userDefinedMetadata };
      const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
      if (model.getUserDefinedMetadata().graft.classes.length !== 10) throw new Error("no classes");
      const inputs = new Float32Array(Uint8Array.from(readFileSync("inputs")).buffer);
      writeFileSync("outputs", model.predict(tf.tensor(inputs, [24, 28, 28, 1])).dataSync());
    })();`;
  expectSame(await inProcess(process.execPath, ["-e", script]));
});

it(
  "the ONNX file, in Python's onnxruntime, with its metadata",
  async () => {
    const script = [
      "import json, numpy, onnxruntime",
      "session = onnxruntime.InferenceSession('m.onnx')",
      "about = json.loads(session.get_modelmeta().custom_metadata_map['graft'])",
      "assert len(about['classes']) == 10 and 'scale' in about['preprocessing']",
      "inputs = numpy.fromfile('inputs', '<f4').reshape(24, 28, 28, 1)",
      "session.run(['output'], {session.get_inputs()[0].name: inputs})[0].astype('<f4').tofile('outputs')",
    ];
    expectSame(await inProcess(await pythonWithOnnxruntime(), ["-c", script.join("\n")]));
  },
  setUpTimeoutMs,
);

/** The Python of the path, else one in a virtual environment in the user's cache, which is made once. */
async function pythonWithOnnxruntime(): Promise<string> {
  const environment = join(cacheFolder(), "onnxruntime-venv");
  const own = join(environment, "bin", "python");
  for (const python of ["python3", own]) {
    if (
      await run(python, ["-c", "import onnxruntime"]).then(
        () => true,
        () => false,
      )
    )
      return python;
  }
  await installOnce(environment, async (draft) => {
    await run("python3", ["-m", "venv", draft]);
    const options = ["install", "--quiet", "--disable-pip-version-check", "onnxruntime>=1.17"];
    await run(join(draft, "bin", "python"), ["-m", "pip", ...options], { timeout: setUpTimeoutMs });
  });
  return own;
}

it("a SavedModel, where a Python has Keras and TensorFlow; elsewhere the error says what to do", async () => {
  const python = process.env.GRAFT_TENSORFLOW_PYTHON ?? "python3";
  const has = await run(python, ["-c", "import keras, tensorflow"]).then(
    () => true,
    () => false,
  );
  const kernel = await TestKernel.start();
  await kernel.run(`import { models } from "graft"; const model = await models.load(${JSON.stringify(at("m.graft"))})`);
  const exported = await kernel.value(
    `await model.exportTo("savedmodel", ${JSON.stringify(at("saved"))}, { python: ${JSON.stringify(python)} })`,
  );
  await kernel.end();
  if (has) {
    expect(exported).toContain("checked in TensorFlow");
    expect(readdirSync(at("saved"))).toEqual(expect.arrayContaining(["graft.json", "saved_model.pb", "variables"]));
  } else {
    expect(exported).toContain("pip install tensorflow");
    expect(existsSync(at("saved"))).toBe(false);
  }
}, 120_000);

it("a kill while it is written leaves the file before it, or the new one whole", async () => {
  const writer = `
    import { writeSync } from "node:fs";
    import { encodeModelFile } from "./src/lab/modelFile/encodeModelFile";
    import { writeFileAtomically } from "./src/lab/data/atomicFile";
    const layer = (name, input) => ({ type: "Dense", name, inputs: [input], units: 1024, useBias: false, activation: "linear" });
    const graph = { input: { name: "x", shape: [1024] }, layers: [layer("a", "x"), layer("b", "a")], output: "b" };
    const classes = Array.from({ length: 1024 }, (_, i) => String(i));
    const rest = { backbone: "b", graph, featureLayer: "a", classes, pretrained: true, trainable: ["b"], history: [], preprocessing: { scale: 1, offset: 0 } };
    for (let n = 1; ; n++) {
      const weights = new Map(["a", "b"].map((name) => [name + "/kernel", { shape: [1024, 1024], data: new Float32Array(1024 * 1024).fill(n) }]));
      const bytes = encodeModelFile({ ...rest, weights }, { graft: "1.0.0", engine: "none", created: new Date(n).toISOString() });
      // Again and again, so that most of the time is spent on it.
      for (let again = 0; again < 10; again++) await writeFileAtomically(process.argv[2], bytes);
      writeSync(1, n + "\\n");
    }`;
  await build({
    stdin: { contents: writer, resolveDir: resolve("."), loader: "js" },
    ...{ bundle: true, platform: "node", format: "esm", outfile: at("writer.mjs"), logLevel: "error" },
  });
  const file = at("killed.graft");
  let left = 0;
  for (let kill = 0; kill < 6; kill++) {
    const child = spawn(process.execPath, [at("writer.mjs"), file], { stdio: ["ignore", "pipe", "inherit"] });
    let reported = 0;
    const lines = createInterface(child.stdout);
    // As soon as the next write has begun.
    const watcher = watch(folder, (_, name) => {
      if (reported > 0 && name?.startsWith("killed.graft.")) child.kill("SIGKILL");
    });
    lines.on("line", (line) => (reported = Number(line)));
    await Promise.all([once(child, "exit"), once(lines, "close")]);
    watcher.close();
    const { weights } = await decodeModelFile(file, readFileSync(file), () => Promise.resolve(false));
    const number = weights.get("b/kernel")!.data[0]!;
    expect(number).toBeGreaterThanOrEqual(reported);
    expect([...weights.values()].every(({ data }) => data.every((value) => value === number))).toBe(true);
    left += readdirSync(folder).filter((name) => name.startsWith("killed.graft.")).length;
    readdirSync(folder)
      .filter((name) => name.startsWith("killed.graft."))
      .forEach((name) => rmSync(at(name)));
  }
  // Otherwise the kills came between the writes and proved nothing.
  expect(left).toBeGreaterThan(0);
}, 120_000);
