/**
 * A private copy of `@tensorflow/tfjs-node` in which it is built and tried out. The installed one is replaced only by a copy
 * that has trained a step, by renaming, so no attempt can break what works.
 */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nativePackage } from "../../lab/engine/tfjs/nativeEngineFolder";
import { GraftError } from "../../shared/graftError";
import { mustRun, runProgram } from "../runProgram";

const VERSION = "4.22.0";

export interface NativeStaging {
  readonly folder: string;
  /** The staged `tfjs-node` itself. */
  readonly package: string;
  /** Where it will be. */
  readonly installed: string;
}

/**
 * `target` is a folder whose `node_modules` it goes into. Staged inside it: on the same file system, and with the tfjs that
 * cells use above it.
 */
export async function makeStaging(target: string): Promise<NativeStaging> {
  const folder = join(target, "node_modules", `.native-${process.pid}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", folder];
  await mustRun("npm", ["install", ...flags, `@tensorflow/tfjs-node@${VERSION}`], { cwd: folder });
  const modules = join(folder, "node_modules");
  const staging = {
    folder,
    package: join(modules, "@tensorflow", "tfjs-node"),
    installed: nativePackage(target),
  };
  await nestDependencies(modules, staging.package);
  return staging;
}

/** Everything but tfjs itself, which has to be the one that cells use, moves into the package, so that it can move as one. */
async function nestDependencies(modules: string, target: string): Promise<void> {
  const own = join(target, "node_modules");
  await mkdir(own, { recursive: true });
  for (const name of await readdir(modules)) {
    if (name !== "@tensorflow") await cp(join(modules, name), join(own, name), { recursive: true, force: false });
  }
  for (const name of await readdir(join(modules, "@tensorflow"))) {
    if (name !== "tfjs-node") await rm(join(modules, "@tensorflow", name), { recursive: true });
  }
}

/** Runs the package's own install script, which builds or downloads what its `deps` folder does not have. */
export async function runInstallScript(staging: NativeStaging, timeoutMs: number): Promise<void> {
  const headers = join(process.execPath, "..", "..");
  const env = existsSync(join(headers, "include", "node", "node_api.h")) ? { npm_config_nodedir: headers } : {};
  // npm tells the script where its node-gyp is.
  await mustRun("npm", ["run", "install", "--prefix", staging.package], { cwd: staging.package, timeoutMs, env });
}

const trial = `
const util = require("node:util");
util.isNullOrUndefined ??= (value) => value == null;
util.isArray ??= Array.isArray;
const tf = require(process.argv[1]);
const model = tf.sequential({ layers: [
  tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 2, kernelSize: 3 }), tf.layers.flatten(), tf.layers.dense({ units: 2 }),
] });
model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
model.trainOnBatch(tf.ones([4, 8, 8, 1]), tf.zeros([4, 2])).then((loss) => {
  if (tf.getBackend() !== "tensorflow" || !Number.isFinite(loss)) throw new Error(tf.getBackend() + " gave the loss " + loss);
});
`;

/** Loads the package in a child process and trains one step. Throws `native/does-not-work`. */
export async function tryOut(folder: string): Promise<void> {
  const result = await runProgram(process.execPath, ["-e", trial, folder], {
    timeoutMs: 60_000,
    env: { TF_CPP_MIN_LOG_LEVEL: "2" },
  });
  if (result.code !== 0) {
    const errors = result.output.split("\n").filter((line) => line.includes("Error"));
    throw new GraftError({
      code: "native/does-not-work",
      expected: "tfjs-node to load and to train one step",
      found: result.trouble ?? errors[0]?.trim() ?? `exit code ${result.code ?? "none"}`,
      remedy: "Install it again, or go on without it",
    });
  }
}

/** True when the package installed below `target` has its binary and works. */
export async function nativeWorks(target: string): Promise<boolean> {
  const installed = nativePackage(target);
  if (!existsSync(join(installed, "lib", "napi-v8", "tfjs_binding.node"))) {
    return false;
  }
  return tryOut(installed).then(
    () => true,
    () => false,
  );
}

/** Puts the staged package into its place; the one before comes back if that fails. */
export async function putInPlace(staging: NativeStaging): Promise<void> {
  const { installed } = staging;
  const before = join(staging.folder, "before");
  const replaces = existsSync(installed);
  if (replaces) await rename(installed, before);
  try {
    await mkdir(dirname(installed), { recursive: true });
    await rename(staging.package, installed);
  } catch (error) {
    if (replaces) await rename(before, installed);
    throw error;
  }
}

export async function removeStaging(staging: NativeStaging): Promise<void> {
  await rm(staging.folder, { recursive: true, force: true });
}
