/** `graft run`: executes a notebook, writes the result, and tells which cell failed. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { distFolder } from "../shared/distFolder";
import { GraftError } from "../shared/graftError";
import type { Notebook } from "./notebook";
import { readNotebook, writeNotebook } from "./notebookFile";
import { injectParameters, type Parameters } from "./parameters";
import { ProgressLine } from "./progressLine";
import { runNotebook } from "./runNotebook";

export interface RunCommandOptions {
  /** Default: the notebook's own name with `.executed.ipynb` at the end, beside it. */
  readonly output?: string;
  readonly parameters: Parameters;
  readonly timeoutSeconds?: number;
  readonly nodePath?: string;
}

/** Answers with the exit code. Throws `cli/…` and `kernel/…` errors. */
export async function runCommand(file: string, options: RunCommandOptions): Promise<number> {
  const notebook = injectParameters(await readNotebook(file), options.parameters);
  checkLanguage(notebook, file);
  const output = resolve(options.output ?? file.replace(/(\.ipynb)?$/, ".executed.ipynb"));
  const line = new ProgressLine();
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Error("interrupted"));
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    const run = await runNotebook(notebook, {
      kernelFile: kernelFile(),
      notebookFolder: dirname(resolve(file)),
      onCell: (position) => line.cell(position),
      onProgress: (progress) => line.progress(progress),
      signal: interruption.signal,
      ...(options.timeoutSeconds === undefined ? {} : { timeoutMs: options.timeoutSeconds * 1_000 }),
      ...(options.nodePath === undefined ? {} : { nodePath: options.nodePath }),
    });
    await writeNotebook(output, run.notebook);
    if (run.failure === undefined) {
      line.end(`✓ ${file} → ${output}`);
      return 0;
    }
    const { cell, number, reason, traceback } = run.failure;
    line.end(`✗ ${file} → ${output}`);
    process.stderr.write(`Cell ${number} (id ${JSON.stringify(cell.id)}) failed: ${reason}\n`);
    const text = traceback.join("\n");
    if (text !== "") process.stderr.write(`${process.stderr.isTTY ? text : stripVTControlCharacters(text)}\n`);
    return 1;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** The built kernel beside this bundle. Throws `cli/no-kernel`. */
export function kernelFile(): string {
  const file = join(distFolder(), "kernel.js");
  if (existsSync(file)) {
    return file;
  }
  throw new GraftError({
    code: "cli/no-kernel",
    expected: "the built kernel",
    found: `nothing at ${file}`,
    remedy: "Run npm run build first",
  });
}

function checkLanguage({ metadata }: Notebook, file: string): void {
  const { kernelspec, language_info: info } = metadata as {
    readonly kernelspec?: { readonly language?: unknown };
    readonly language_info?: { readonly name?: unknown };
  };
  const language = kernelspec?.language ?? info?.name ?? "typescript";
  if (language !== "typescript" && language !== "javascript") {
    throw new GraftError({
      code: "cli/wrong-language",
      expected: "a notebook with TypeScript or JavaScript cells",
      found: `${JSON.stringify(language)} in ${file}`,
      remedy: "Run it with a kernel for that language, or choose the kernel Graft in it and save it",
    });
  }
}
