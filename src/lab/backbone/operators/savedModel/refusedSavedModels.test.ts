/** Each way in which a SavedModel is refused: files of `module` or `legacy` with one thing changed. */
import { cp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { create as pack } from "tar";
import { afterAll, beforeAll, expect, test } from "vitest";
import { backbones } from "../../backbones";
import { folderFiles } from "../../modelFiles";
import { readSavedModel } from "./readSavedModel";
import {
  AttrValueSchema,
  DataType,
  type FunctionDef,
  type MetaGraphDef,
  type NodeDef,
  type SavedModel,
  SavedModelSchema,
  TensorInfoSchema,
} from "./tensorflow.gen";
import { unpackFixtures } from "./testing/fixtures";

let folder: string;
beforeAll(async () => {
  folder = await unpackFixtures(["module", "legacy"]);
});
afterAll(() => rm(folder, { recursive: true }));

/** A copy with its files changed. */
async function changed(name: string, change: (copy: string) => Promise<unknown>): Promise<string> {
  const copy = join(folder, "copy");
  await rm(copy, { recursive: true, force: true });
  await cp(join(folder, name), copy, { recursive: true });
  await change(copy);
  return copy;
}

/** A copy with its graph changed. */
function withGraph(name: string, change: (graph: MetaGraphDef, model: SavedModel) => void): Promise<string> {
  return changed(name, async (copy) => {
    const path = join(copy, "saved_model.pb");
    const model = fromBinary(SavedModelSchema, await readFile(path));
    change(model.metaGraphs[0]!, model);
    await writeFile(path, toBinary(SavedModelSchema, model));
  });
}

const index = "variables/variables.index";
const data = "variables/variables.data-00000-of-00001";

function functionWith({ graphDef }: MetaGraphDef, op: string): FunctionDef {
  return graphDef!.library!.function.find(({ nodeDef }) => nodeDef.some((node) => node.op === op))!;
}

function nodeOf(graph: MetaGraphDef, op: string): NodeDef {
  return functionWith(graph, op).nodeDef.find((node) => node.op === op)!;
}

const flag = (b: boolean) => create(AttrValueSchema, { value: { case: "b", value: b } });
const type = (value: DataType) => create(AttrValueSchema, { value: { case: "type", value } });

async function flipped(copy: string, file: string, at: number): Promise<void> {
  const bytes = await readFile(join(copy, file));
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  await writeFile(join(copy, file), bytes);
}

test.each<[what: string, code: string, found: RegExp, copy: () => Promise<string>]>([
  [
    "a graph that is cut off",
    "bad-saved-model",
    /20000 bytes/,
    () => changed("module", (copy) => truncate(join(copy, "saved_model.pb"), 20_000)),
  ],
  [
    "an empty graph",
    "bad-saved-model",
    /without a graph/,
    () => changed("module", (copy) => truncate(join(copy, "saved_model.pb"), 0)),
  ],
  [
    "bytes of something else",
    "bad-saved-model",
    /that are none/,
    () => changed("module", (copy) => writeFile(join(copy, "saved_model.pb"), "<!doctype html><html>")),
  ],
  [
    "a module of TF1 Hub",
    "hub-module",
    /tfhub_module\.pb/,
    () => changed("legacy", (copy) => writeFile(join(copy, "tfhub_module.pb"), "\b\u0003")),
  ],
  [
    "no signature",
    "no-signature",
    /none/,
    () => withGraph("legacy", ({ signatureDef }) => delete signatureDef.serving_default),
  ],
  [
    "graphs of other purposes alone",
    "no-signature",
    /graphs with \[train\] and \[\]/,
    () =>
      withGraph("legacy", (graph, model) => {
        graph.metaInfoDef!.tags = ["train"];
        model.metaGraphs.push({ ...graph, metaInfoDef: { ...graph.metaInfoDef!, tags: [] } });
      }),
  ],
  [
    "several signatures",
    "several-signatures",
    /"embed", "classify"/,
    () =>
      withGraph("module", (graph) => {
        const { serving_default: own, ...others } = graph.signatureDef;
        graph.signatureDef = { ...others, embed: own!, classify: own! };
      }),
  ],
  [
    "two inputs, one of them a switch",
    "several-inputs",
    /"image", "training"/,
    () =>
      withGraph("module", ({ signatureDef }) => {
        signatureDef.serving_default!.inputs.training = create(TensorInfoSchema, {
          name: "training:0",
          dtype: DataType.DT_BOOL,
        });
      }),
  ],
  [
    "two outputs",
    "several-inputs",
    /outputs "features", "logits"/,
    () =>
      withGraph("module", ({ signatureDef }) => {
        const { outputs } = signatureDef.serving_default!;
        outputs.logits = outputs.features!;
      }),
  ],
  ...[DataType.DT_STRING, DataType.DT_RESOURCE, DataType.DT_INT32].map(
    (dtype): [string, string, RegExp, () => Promise<string>] => [
      `input of type ${dtype}`,
      "input-type",
      /input "image" of DT_(STRING|RESOURCE|INT32)/,
      () =>
        withGraph("module", ({ signatureDef }) => {
          signatureDef.serving_default!.inputs.image!.dtype = dtype;
        }),
    ],
  ),
  [
    "an open size",
    "open-input-size",
    /\[\?, \?, 7, 3\]/,
    () =>
      withGraph("module", ({ signatureDef }) => {
        signatureDef.serving_default!.inputs.image!.tensorShape!.dim[1]!.size = -1n;
      }),
  ],
  ["no variables", "missing-file", /no such file/, () => changed("module", (copy) => rm(join(copy, index)))],
  ["a missing shard", "missing-file", /no such file/, () => changed("module", (copy) => rm(join(copy, data)))],
  [
    "a shard that is cut off",
    "truncated-shard",
    /^200 bytes/,
    () => changed("module", (copy) => truncate(join(copy, data), 200)),
  ],
  ["a shard with another bit", "damaged-shard", /checksum/, () => changed("module", (copy) => flipped(copy, data, 50))],
  [
    "an index with another bit",
    "bad-saved-model",
    /checksum/,
    () => changed("module", (copy) => flipped(copy, index, 30)),
  ],
  [
    "an index that is cut off",
    "bad-saved-model",
    /do not end as a table/,
    () => changed("module", (copy) => truncate(join(copy, index), 300)),
  ],
  [
    "an index of nothing",
    "bad-saved-model",
    /0 bytes/,
    () => changed("module", (copy) => truncate(join(copy, index), 0)),
  ],
  [
    "variables of another save",
    "missing-weights",
    /no such entry/,
    () =>
      changed("module", (copy) =>
        cp(join(folder, "legacy", "variables"), join(copy, "variables"), { recursive: true }),
      ),
  ],
  [
    "a variable that nothing restores, of another name in the checkpoint",
    "missing-weights",
    /no such entry/,
    () =>
      withGraph("module", (graph) => {
        functionWith(graph, "RestoreV2").nodeDef = functionWith(graph, "RestoreV2").nodeDef.filter(
          ({ op }) => op !== "AssignVariableOp",
        );
      }),
  ],
  [
    "slices of a variable",
    "unsupported-weights",
    /of which .* is a part/,
    () =>
      withGraph("legacy", ({ graphDef }) => {
        const { value } = graphDef!.node.find(({ name }) => name === "save/RestoreV2/shape_and_slices")!.attr.value!;
        if (value.case === "tensor") value.value.stringVal = value.value.stringVal.map(() => Buffer.from("8 0,4"));
      }),
  ],
  [
    "numbers of another type",
    "unsupported-weights",
    /Conv2D ".*" in DT_BFLOAT16/,
    () =>
      withGraph("module", (graph) => {
        nodeOf(graph, "Conv2D").attr.T = type(DataType.DT_BFLOAT16);
      }),
  ],
  [
    "batch norm as in training",
    "training-graph",
    /FusedBatchNormV3/,
    () =>
      withGraph("module", (graph) => {
        nodeOf(graph, "FusedBatchNormV3").attr.is_training = flag(true);
      }),
  ],
  [
    "batch norm as in training, which is the default",
    "training-graph",
    /FusedBatchNormV3/,
    () =>
      withGraph("module", (graph) => {
        delete nodeOf(graph, "FusedBatchNormV3").attr.is_training;
      }),
  ],
  [
    "a branch that is decided when it runs",
    "unsupported-operator",
    /If/,
    () =>
      withGraph("module", (graph) => {
        for (const { signature, nodeDef } of graph.graphDef!.library!.function) {
          for (const node of nodeDef) if (node.op === "StatelessIf") node.input[0] = signature!.inputArg[0]!.name;
        }
      }),
  ],
  [
    "a branch of TensorFlow 1",
    "unsupported-operator",
    /Merge "mul"/,
    () =>
      withGraph("legacy", ({ graphDef }) => {
        graphDef!.node.find(({ name }) => name === "mul")!.op = "Merge";
      }),
  ],
  [
    "an operator that nobody has",
    "unsupported-operator",
    /^XlaCallModule$/,
    () =>
      withGraph("module", (graph) => {
        nodeOf(graph, "LeakyRelu").op = "XlaCallModule";
      }),
  ],
  [
    "a call of a function that is not there",
    "bad-saved-model",
    /a call of "gone"/,
    () =>
      withGraph("module", ({ graphDef }) => {
        const call = graphDef!.node.find(({ op }) => op === "StatefulPartitionedCall")!;
        call.attr.f = create(AttrValueSchema, { value: { case: "func", value: { name: "gone" } } });
      }),
  ],
  [
    "a function that calls itself",
    "bad-saved-model",
    /calls within calls/,
    () =>
      withGraph("module", ({ graphDef }) => {
        const called = graphDef!.library!.function.find(({ nodeDef }) =>
          nodeDef.some(({ op }) => op === "StatefulPartitionedCall"),
        )!;
        const call = called.nodeDef.find(({ op }) => op === "StatefulPartitionedCall")!;
        call.attr.f = create(AttrValueSchema, { value: { case: "func", value: { name: called.signature!.name } } });
      }),
  ],
  [
    "a value that nothing makes",
    "bad-saved-model",
    /nothing that makes "gone:0"/,
    () =>
      withGraph("legacy", ({ graphDef }) => {
        graphDef!.node.find(({ name }) => name === "mul")!.input[1] = "gone";
      }),
  ],
])("%s: backbone/%s", async (_, code, found, copy) => {
  const reading = readSavedModel(await folderFiles(await copy()), () => undefined).then(() => "read");
  await expect(reading).rejects.toMatchObject({
    code: `backbone/${code}`,
    found: expect.stringMatching(found) as string,
  });
});

test("of several signatures without a default the only one with an input is taken, by whatever name", async () => {
  const copy = await withGraph("module", ({ signatureDef }) => {
    signatureDef.embed = signatureDef.serving_default!;
    delete signatureDef.serving_default;
  });
  const { graph } = await readSavedModel(await folderFiles(copy));
  expect(graph.layers.at(-1)!.name).toBe("matmul");
});

test.each<[what: string, found: RegExp, write: (path: string) => Promise<unknown>]>([
  ["that is none", /TAR_BAD_ARCHIVE|incorrect header|Unrecognized/, (path) => writeFile(path, "<!doctype html><html>")],
  [
    "that is cut off",
    /Truncated|unexpected end/,
    async (path) => {
      await pack({ file: path, cwd: folder, gzip: true }, ["module"]);
      await truncate(path, 5000);
    },
  ],
  ["without a model", /no saved_model\.pb/, (path) => pack({ file: path, cwd: folder, gzip: true }, ["module/assets"])],
  [
    "whose paths climb out",
    /contains '\.\.'/,
    (path) => pack({ file: path, cwd: join(folder, "legacy"), gzip: true, preservePaths: true }, ["../module"]),
  ],
])("an archive %s: backbone/bad-archive", async (_, found, write) => {
  const path = join(folder, "packed.tar.gz");
  await write(path);
  const reading = backbones.load(path).then(() => "read");
  await expect(reading).rejects.toMatchObject({
    code: "backbone/bad-archive",
    found: expect.stringMatching(found) as string,
  });
});
