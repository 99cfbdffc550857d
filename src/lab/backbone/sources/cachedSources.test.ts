/** Packages and addresses through the cache, from a server on this machine. */
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create } from "tar";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { installLabHost, labHost } from "../../../shared/labHost";
import { backbones } from "../backbones";
import { initialWeights } from "../initialWeights";
import type { LayerGraph } from "../layerGraph";
import { writeLayersModel } from "../layersModel";
import { integrityFromHex } from "./integrity";
import { type FileServer, serveFiles } from "./testing/fileServer";
import { urlFiles } from "./urlFiles";

const graph: LayerGraph = {
  input: { name: "pixels", shape: [3] },
  layers: [{ type: "Dense", name: "d", inputs: ["pixels"], units: 2, useBias: true, activation: "relu" }],
  output: "d",
};
const weights = initialWeights(graph, 1);
const kernel = [...weights.get("d/kernel")!.data];
const options = { featureLayer: "d" };
const host = labHost();
let server: FileServer;
let folder: string;
let model: string;

beforeAll(async () => {
  model = await mkdtemp(join(tmpdir(), "graft-model-"));
  await writeLayersModel(model, "sample", { graph, weights });
});
afterAll(() => rm(model, { recursive: true }));
beforeEach(async () => {
  server = await serveFiles();
  folder = await mkdtemp(join(tmpdir(), "graft-sources-"));
  vi.stubEnv("GRAFT_CACHE", join(folder, "cache"));
  vi.stubEnv("npm_config_registry", server.url);
  installLabHost({ ...host, notebookFolder: join(folder, "notebooks") });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  installLabHost(host);
  await server.close();
  await rm(folder, { recursive: true });
});

/** Serves `files` (in the package's folder) as this version of an npm package. */
async function publish(name: string, version: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const at = join(folder, "published", "package");
  await mkdir(at, { recursive: true });
  await writeFile(join(at, "package.json"), JSON.stringify({ name, version }));
  await fill(at);
  await create({ file: join(folder, "package.tgz"), cwd: dirname(at), gzip: true }, ["package"]);
  const bytes = await readFile(join(folder, "package.tgz"));
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const tarball = `${name}/-/package-${version}.tgz`;
  server.files.set(`${name}/${version}`, {
    bytes: Buffer.from(JSON.stringify({ name, version, dist: { tarball: server.url + tarball, integrity } })),
  });
  server.files.set(tarball, { bytes });
}

test("a file at an address whose checksum is known beforehand is that one, also from the cache", async () => {
  const bytes = Buffer.from("weights");
  const md5 = integrityFromHex("md5", createHash("md5").update(bytes).digest("hex"));
  server.files.set("weights.h5", { bytes });
  const files = () => urlFiles(`${server.url}weights.h5`, md5);
  expect(await files().read("weights.h5")).toEqual(bytes);
  await writeFile(await files().path("weights.h5"), "damaged");
  expect(await files().read("weights.h5")).toEqual(bytes);
  expect(paths()).toEqual(["weights.h5", "weights.h5"]);

  server.files.set("weights.h5", { bytes: Buffer.from("others") });
  await writeFile(await files().path("weights.h5"), "damaged");
  await expect(files().read("weights.h5")).rejects.toMatchObject({ code: "backbone/checksum" });
});

const paths = () => server.log.map(({ path }) => path);

test("a package that is not installed is fetched once, and then needs no server", async () => {
  await publish("@scope/net", "1.2.3", (at) => cp(model, join(at, "files"), { recursive: true }));
  const backbone = await backbones.load("npm:@scope/net@1.2.3/files", options);
  expect([...backbone.weights.get("d/kernel")!.data]).toEqual(kernel);
  expect(paths()).toEqual(["@scope/net/1.2.3", "@scope/net/-/package-1.2.3.tgz"]);
  await server.close();
  await backbones.load("npm:@scope/net@1.2.3/files", options);
  await expect(backbones.load("npm:@scope/net@1.2.4/files", options)).rejects.toMatchObject({
    code: "backbone/offline",
  });
  expect((await readdir(join(folder, "cache", "backbones", "npm"))).sort()).toEqual([
    "@scope+net@1.2.3",
    "@scope+net@1.2.3.json",
  ]);
  server = await serveFiles();
});

test("a tarball that was put by hand is taken, if it is the right one", async () => {
  await publish("net", "1.0.0", (at) => cp(model, join(at, "files"), { recursive: true }));
  const place = join(folder, "cache", "backbones", "npm", "net@1.0.0.tgz");
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, "something else");
  await expect(backbones.load("npm:net@1.0.0/files", options)).rejects.toMatchObject({ code: "backbone/checksum" });
  await cp(join(folder, "package.tgz"), place);
  await backbones.load("npm:net@1.0.0/files", options);
  expect(paths()).toEqual(["net/1.0.0"]);
});

test("files of the cache that were damaged are fetched again", async () => {
  await publish("net", "1.0.0", (at) => cp(model, join(at, "files"), { recursive: true }));
  await backbones.load("npm:net@1.0.0/files", options);
  await writeFile(join(folder, "cache", "backbones", "npm", "net@1.0.0", "files", "weights.bin"), new Uint8Array(32));
  const backbone = await backbones.load("npm:net@1.0.0/files", options);
  expect([...backbone.weights.get("d/kernel")!.data]).toEqual(kernel);
  expect(server.log.length).toBe(3);
});

test("what is no package is told as such, and a version that the registry does not have", async () => {
  await publish("net", "1.0.0", () => Promise.resolve());
  const bytes = Buffer.from("no tarball at all, but long enough for a header".repeat(20));
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  server.files.set("net/-/package-1.0.0.tgz", { bytes });
  server.files.set("net/1.0.0", {
    bytes: Buffer.from(JSON.stringify({ dist: { tarball: `${server.url}net/-/package-1.0.0.tgz`, integrity } })),
  });
  await expect(backbones.load("npm:net@1.0.0/files")).rejects.toMatchObject({ code: "backbone/bad-package" });
  await expect(backbones.load("npm:net@2.0.0/files")).rejects.toMatchObject({ code: "backbone/not-found" });
  server.files.set("net/3.0.0", { bytes: Buffer.from("{}") });
  await expect(backbones.load("npm:net@3.0.0/files")).rejects.toMatchObject({ code: "backbone/bad-package" });
});

test("two loads of one package at once do each other no harm", async () => {
  await publish("net", "1.0.0", (at) => cp(model, join(at, "files"), { recursive: true }));
  const loading = [1, 2, 3].map(() => backbones.load("npm:net@1.0.0/files", options));
  for (const backbone of await Promise.all(loading)) {
    expect([...backbone.weights.get("d/kernel")!.data]).toEqual(kernel);
  }
});

test("MobileNetV2 from a tarball: npm's nsfwjs, served from here, its modules read and never run", async () => {
  const installed = dirname(dirname(dirname(createRequire(import.meta.url).resolve("nsfwjs"))));
  const path = "dist/models/mobilenet_v2";
  await publish("nsfw-copy", "4.4.0", (at) => cp(join(installed, path), join(at, path), { recursive: true }));
  const backbone = await backbones.load(`npm:nsfw-copy@4.4.0/${path}`);
  expect(backbone.featureShape).toEqual([1280]);
  expect(backbone.parameters).toBe(2_257_984);
});

test("a model at an address: its files are fetched as they are asked for, once, with the address's signature", async () => {
  for (const name of ["model.json", "weights.bin"]) {
    server.files.set(`m/${name}?key=1`, { bytes: await readFile(join(model, name)) });
  }
  const address = `${server.url}m/model.json?key=1`;
  const backbone = await backbones.load(address, options);
  expect(backbone.name).toBe("m");
  expect([...backbone.weights.get("d/kernel")!.data]).toEqual(kernel);
  expect(paths()).toEqual(["m/model.json?key=1", "m/weights.bin?key=1"]);
  await backbones.load(address, options);
  expect(server.log.length).toBe(2);

  const [place] = await readdir(join(folder, "cache", "backbones", "url"));
  await writeFile(join(folder, "cache", "backbones", "url", place!, "weights.bin"), "damaged");
  await backbones.load(address, options);
  expect(paths()[2]).toBe("m/weights.bin?key=1");
});

test("a file put by hand stands for the one at the address", async () => {
  await server.close();
  const address = `${server.url}m/`;
  const offline = await backbones.load(address, options).catch((error: unknown) => error as { remedy: string });
  const place = /put the file by hand at (.*)$/.exec((offline as { remedy: string }).remedy)![1]!;
  await cp(model, dirname(place), { recursive: true });
  expect([...(await backbones.load(address, options)).weights.get("d/kernel")!.data]).toEqual(kernel);
  server = await serveFiles();
});

test("a model.json cannot have files fetched from elsewhere, or written elsewhere", async () => {
  const text = await readFile(join(model, "model.json"), "utf8");
  server.files.set("weights.bin", { bytes: await readFile(join(model, "weights.bin")) });
  for (const path of ["../../weights.bin", "/weights.bin", "https://example.org/weights.bin", "..\\\\weights.bin"]) {
    server.files.set("a/b/model.json", {
      bytes: Buffer.from(text.replace('"weights.bin"', `"${path}"`)),
      etag: undefined,
    });
    await rm(join(folder, "cache"), { recursive: true, force: true });
    await expect(backbones.load(`${server.url}a/b/model.json`, options)).rejects.toMatchObject({
      code: expect.stringMatching(/outside-model|not-found/) as string,
    });
  }
});

test.each([
  ["https://", "backbone/bad-address"],
  ["http://example.org/model.json", "backbone/insecure-address"],
  ["https://example.org/model.tflite", "backbone/unknown-format"],
])("%s: %s", async (address, code) => {
  await expect(backbones.load(address)).rejects.toMatchObject({ code });
});
