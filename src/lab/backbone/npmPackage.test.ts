import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installLabHost, labHost } from "../../shared/labHost";
import { backbones } from "./backbones";
import { initialWeights } from "./initialWeights";
import type { LayerGraph } from "./layerGraph";
import { writeLayersModel } from "./layersModel";

const graph: LayerGraph = {
  input: { name: "pixels", shape: [3] },
  layers: [{ type: "Dense", name: "d", inputs: ["pixels"], units: 2, useBias: true, activation: "relu" }],
  output: "d",
};
const weights = initialWeights(graph, 1);
const host = labHost();
let folder: string;

/** A notebook in `folder/notebooks`, packages in `folder/node_modules`, as in any project. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-npm-"));
  installLabHost({ ...host, notebookFolder: join(folder, "notebooks") });
});
afterAll(async () => {
  installLabHost(host);
  await rm(folder, { recursive: true });
});

/** A package that holds the model as files in `files/` and as modules of this kind in `modules/`. */
async function install(name: string, ending: string, exporting: string): Promise<void> {
  const at = join(folder, "node_modules", name);
  await writeLayersModel(join(at, "files"), "sample", { graph, weights });
  await mkdir(join(at, "modules"));
  const modelJson = await readFile(join(at, "files", "model.json"), "utf8");
  const base64 = (await readFile(join(at, "files", "weights.bin"))).toString("base64");
  await writeFile(join(at, "package.json"), JSON.stringify({ name, exports: { ".": "./index.js" } }));
  await writeFile(join(at, "modules", `model${ending}`), `${exporting} ${modelJson};`);
  await writeFile(join(at, "modules", `weights${ending}`), `${exporting} "${base64}";`);
}

test.each([
  ["common", ".min.js", "module.exports ="],
  ["@scope/modern", ".mjs", "export default"],
])("a model in the package %s is read from files and from %s modules", async (name, ending, exporting) => {
  await install(name, ending, exporting);
  for (const path of ["files", "modules", "modules/"]) {
    const backbone = await backbones.load(`npm:${name}/${path}`, { featureLayer: "d" });
    expect(backbone.graph).toEqual(graph);
    expect([...backbone.weights.get("d/kernel")!.data]).toEqual([...weights.get("d/kernel")!.data]);
  }
  await expect(backbones.load(`npm:${name}/module`)).rejects.toMatchObject({
    code: "backbone/no-folder",
    expected: `the folder or file of a model in the package ${name}: files, modules`,
    remedy: `Did you mean "npm:${name}/modules"?`,
  });
  await rm(join(folder, "node_modules", name, "modules", `weights${ending}`));
  await expect(backbones.load(`npm:${name}/modules`)).rejects.toMatchObject({ code: "backbone/missing-shard" });
});

test.each([
  ["backbone/npm-not-installed", "npm:not-there/model"],
  ["backbone/npm-address", "npm:"],
  ["backbone/npm-address", "npm:../elsewhere"],
  ["backbone/npm-address", "npm:package/../../elsewhere"],
])("%s for %s", async (code, address) => {
  await expect(backbones.load(address)).rejects.toMatchObject({ code });
});

test("modules are read as text: loading one runs no code", async () => {
  await install("folder", ".js", "globalThis.wasRun = true; module.exports =");
  const at = join(folder, "node_modules", "folder", "modules");
  expect((await backbones.load(at, { featureLayer: "d" })).graph).toEqual(graph);
  expect("wasRun" in globalThis).toBe(false);
  await writeFile(join(at, "model.js"), "module.exports = JSON.parse(require('fs').readFileSync('/etc/hostname'))");
  await expect(backbones.load(at)).rejects.toMatchObject({ code: "backbone/module-data" });
});
