/**
 * Which files of which packages a kernel needs at run time. Code is found by following `require` from the packages that the
 * bundles load; what code reads as files (binaries, WebAssembly, declarations for the language service) stands in a table.
 */
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { nodeFileTrace } from "@vercel/nft";
import { glob } from "tinyglobby";
import { GraftError } from "../../src/shared/graftError";
import type { Target } from "./targets";

/** An absolute file and where it goes below `node_modules`. */
export interface RuntimeFile {
  readonly from: string;
  readonly to: string;
}

/** Packages whose code is in a package of its own for each platform. */
export const perPlatform = ["oxc-parser", "oxc-transform", "sharp"] as const;

const anywhere = ["onnxruntime-node", "@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"] as const;

/** Read as files, by patterns below `node_modules`. */
const readAsFiles = (target: Target): readonly string[] => [
  `onnxruntime-node/bin/napi-v*/${target.os}/${target.cpu}/*`,
  "@tensorflow/tfjs-backend-wasm/dist/*.wasm",
  // An ES module, which `require` does not reach.
  "h5wasm/{package.json,dist/esm/*.js}",
  "tslab/package.json",
  "@tensorflow/{tfjs,tfjs-*}/package.json",
  "@tensorflow/{tfjs,tfjs-*}/dist/**/*.d.ts",
  "@types/{node,seedrandom,long,offscreencanvas}/**/*.{d.ts,json}",
  "undici-types/**/*.{d.ts,json}",
];

/** Of packages of `perPlatform`: the shared libraries that sharp's binary loads. */
const librariesOf = (target: Target): string => `@img/sharp{,-libvips}-${target.os}-${target.cpu}/**`;

/**
 * `folder` has a `node_modules` with all packages, `platformFolder` one with those of `perPlatform` for this target.
 *
 * @throws GraftError `package/missing-files` when a package is not there whole.
 */
export async function runtimeFiles(
  target: Target,
  folder: string,
  platformFolder: string,
): Promise<readonly RuntimeFile[]> {
  const code = [
    ...(await traced(folder, [...entriesOf(folder, anywhere), typescriptOf(folder)])),
    ...(await traced(platformFolder, entriesOf(platformFolder, perPlatform))),
  ].filter(({ to }) => !to.includes("onnxruntime-node/bin/"));
  const read = await matching(folder, [...readAsFiles(target), `${typescriptPackage(folder)}/lib/lib.*.d.ts`]);
  const libraries = await matching(platformFolder, [librariesOf(target)]);
  const files = [...new Map([...code, ...read, ...libraries].map((file) => [file.to, file])).values()];
  requireBinaries(target, files);
  return files;
}

function entriesOf(folder: string, names: readonly string[]): string[] {
  const require = createRequire(join(folder, "package.js"));
  return names.map((name) => require.resolve(name));
}

function typescriptOf(folder: string): string {
  const tslab = createRequire(join(folder, "package.js")).resolve("tslab/package.json");
  return createRequire(tslab).resolve("@tslab/typescript-for-tslab");
}

function typescriptPackage(folder: string): string {
  return slashes(relative(join(folder, "node_modules"), dirname(dirname(typescriptOf(folder)))));
}

async function traced(folder: string, entries: readonly string[]): Promise<RuntimeFile[]> {
  const { fileList } = await nodeFileTrace([...entries], { base: folder, processCwd: folder });
  return [...fileList]
    .map((file) => ({ from: join(folder, file), to: slashes(file).replace(/^node_modules\//, "") }))
    .filter(({ to }) => !to.startsWith(".."));
}

async function matching(folder: string, patterns: readonly string[]): Promise<RuntimeFile[]> {
  const root = join(folder, "node_modules");
  const files = await glob([...patterns], { cwd: root });
  return files.map((to) => ({ from: join(root, to), to }));
}

/** A package without its binary would be found out only by the person who installed it. */
function requireBinaries(target: Target, files: readonly RuntimeFile[]): void {
  const wanted = ["onnxruntime-node", "oxc-parser", "oxc-transform", "sharp"];
  const missing = wanted.filter((name) => !files.some(({ to }) => to.includes(name) && to.endsWith(".node")));
  if (missing.length > 0) {
    throw new GraftError({
      code: "package/missing-files",
      expected: `the binaries of ${wanted.join(", ")} for ${target.name}`,
      found: `none of ${missing.join(", ")}`,
      remedy: "Install the packages again; for another platform its binaries have to be in the npm registry",
    });
  }
}

function slashes(path: string): string {
  return path.split(sep).join("/");
}
