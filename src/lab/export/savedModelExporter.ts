import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { GraftError } from "../../shared/graftError";
import { writeLayersModel } from "../backbone/layersModel";
import { shippedFile } from "../data/locations";
import type { Exporter } from "./exporter";
import { kerasForm } from "./kerasForm";

/** Loading TensorFlow alone takes ten seconds on a slow machine. */
const timeoutMs = 10 * 60_000;

/**
 * A SavedModel folder, written by Keras itself in a Python of the person's: nothing in JavaScript writes this format. Classes and
 * preprocessing lie beside it in `graft.json`.
 */
export const savedModelExporter: Exporter = {
  runner: "TensorFlow",
  async write(path, { graph, weights, name, about, examples }, { python = defaultPython }) {
    const form = kerasForm({ graph, weights }, { name: "Keras", custom: false, lacks: () => undefined });
    const work = await mkdtemp(join(tmpdir(), "graft-saved-model-"));
    try {
      const [layersModel, inputs, outputs] = ["model", "inputs", "outputs"].map((part) => join(work, part)) as [
        string,
        string,
        string,
      ];
      await writeLayersModel(layersModel, name, form);
      await writeFile(inputs, examples.data);
      await runPython(python, [shippedFile("media", "python", "savedModel.py"), layersModel, path, inputs, outputs]);
      await writeFile(join(path, "graft.json"), `${JSON.stringify(about, null, 1)}\n`);
      return Float32Array.from(new Float32Array(Uint8Array.from(await readFile(outputs)).buffer));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};

const defaultPython = process.platform === "win32" ? "python" : "python3";

async function runPython(python: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(python, args, { timeout: timeoutMs, maxBuffer: 2 ** 26, windowsHide: true });
  } catch (cause) {
    const { stderr = "", message } = cause as Error & { readonly stderr?: string };
    throw new GraftError({
      code: "export/savedmodel",
      expected: `Keras 3 with TensorFlow in ${python}, which writes a SavedModel`,
      found: /[^\n]+$/.exec(stderr.trim())?.[0] ?? message,
      remedy:
        'Run "pip install tensorflow", and name the Python that has it: exportTo("savedmodel", path, { python: "…/bin/python" }). On another machine: exportTo("tfjs", folder) here, and there media/python/savedModel.py of Graft on that folder',
      cause,
    });
  }
}
