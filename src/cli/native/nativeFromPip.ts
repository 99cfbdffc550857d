/**
 * Gives tfjs-node the TensorFlow library and headers out of pip's wheel, for machines that cannot reach the storage server
 * from which its own install script downloads them. Known to work on Linux with TensorFlow 2.21.
 */
import { mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { GraftError } from "../../shared/graftError";
import type { NativeStaging } from "./nativeStaging";
import { mustRun, runProgram } from "../runProgram";

const TENSORFLOW = "2.21.0";
/** tfjs-node's install script takes a library of this name as already downloaded. */
const LIBRARY_VERSION = "2.9.1";

const unpack = `
import sys, zipfile, fnmatch
wanted = ["tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"]
headers = ["tensorflow/c/*.h", "tensorflow/core/platform/*.h", "tsl/*.h", "xla/tsl/*.h", "xla/c/*.h"]
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        inside = name.removeprefix("tensorflow/include/")
        if name in wanted or (inside != name and any(fnmatch.fnmatchcase(inside, header) for header in headers)):
            wheel.extract(name, sys.argv[2])
`;

/** Throws `native/no-pip`, `native/wrong-platform` or `script/command-failed`. */
export async function fetchTensorflowFromPip(staging: NativeStaging): Promise<void> {
  if (process.platform !== "linux") {
    throw new GraftError({
      code: "native/wrong-platform",
      expected: "Linux, where building against pip's TensorFlow is known to work",
      found: process.platform,
      remedy: "Use a network that reaches storage.googleapis.com, or go on without the native engine",
    });
  }
  const python = await findPython();
  const wheels = join(staging.folder, "wheel");
  const name = process.arch === "x64" ? "tensorflow-cpu" : "tensorflow";
  const download = [
    "-m",
    "pip",
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--retries=1",
    "--disable-pip-version-check",
  ];
  await mustRun(python, [...download, "-q", "-d", wheels, `${name}==${TENSORFLOW}`], { timeoutMs: 15 * 60_000 });
  const [wheel = ""] = await readdir(wheels);
  const unpacked = join(staging.folder, "tensorflow");
  await mustRun(python, ["-c", unpack, join(wheels, wheel), unpacked], { timeoutMs: 5 * 60_000 });
  await layOut(join(unpacked, "tensorflow"), join(staging.package, "deps"));
  await rm(wheels, { recursive: true });
}

async function findPython(): Promise<string> {
  const result = await runProgram("python3", ["-m", "pip", "--version"], { timeoutMs: 30_000 });
  if (result.code === 0) {
    return "python3";
  }
  throw new GraftError({
    code: "native/no-pip",
    expected: "Python 3 with pip, to fetch TensorFlow",
    found: result.trouble ?? `\`python3 -m pip\` with exit code ${result.code ?? "none"}`,
    remedy: "Install python3-pip, or go on without the native engine",
  });
}

async function layOut(tensorflow: string, deps: string): Promise<void> {
  const library = join(deps, "lib");
  await rm(deps, { recursive: true, force: true });
  await mkdir(library, { recursive: true });
  await rename(join(tensorflow, "include"), join(deps, "include"));
  // The loader asks for the names that stand in the libraries; the linker and the install script ask for the others.
  const names = {
    "libtensorflow_cc.so.2": ["libtensorflow.so", `libtensorflow.so.${LIBRARY_VERSION}`],
    "libtensorflow_framework.so.2": ["libtensorflow_framework.so", `libtensorflow_framework.so.${LIBRARY_VERSION}`],
  };
  for (const [file, aliases] of Object.entries(names)) {
    await rename(join(tensorflow, file), join(library, file));
    for (const alias of aliases) await symlink(file, join(library, alias));
  }
}
