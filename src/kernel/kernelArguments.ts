import { parseArgs } from "node:util";
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { TypeErrorMode } from "../protocol/launchKernel";
import { GraftError } from "../shared/graftError";

export interface KernelArguments {
  readonly entrance: EntranceArguments;
  readonly notebookFolder: string;
  readonly typeErrors: TypeErrorMode;
  /** Absolute; undefined: models are not saved while they train. */
  readonly checkpointFolder: string | undefined;
}

export type EntranceArguments =
  | {
      readonly kind: "gateway";
      /** Where the kernel says how it can be reached. */
      readonly connectionFile: string;
      /** 0: any free port. */
      readonly port: number;
      /** Undefined: make one. */
      readonly token: string | undefined;
      readonly idleExitSeconds: number;
    }
  /** Jupyter's own connection file, which says where to listen. */
  | { readonly kind: "zeroMq"; readonly connectionFile: string };

/** Throws `kernel/bad-argument`. */
export function kernelArguments(argv: readonly string[]): KernelArguments {
  const { values } = parse(argv);
  const file = values["connection-file"];
  const jupyterFile = values["jupyter-connection-file"];
  if ((file === undefined) === (jupyterFile === undefined)) {
    throw file === undefined
      ? bad("--connection-file FILE", "none")
      : bad("one connection file", "--connection-file and --jupyter-connection-file");
  }
  const folder = resolve(values["notebook-folder"] ?? process.cwd());
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw bad("--notebook-folder with a folder that exists", folder);
  }
  const checkpoints = values["checkpoint-folder"];
  const mode = values["type-errors"] ?? "warn";
  if (mode !== "stop" && mode !== "warn" && mode !== "off") {
    throw bad("--type-errors stop, warn or off", mode);
  }
  return {
    entrance:
      jupyterFile === undefined
        ? {
            kind: "gateway",
            connectionFile: resolve(file!),
            port: number(values.port ?? "0", "--port", 65_535),
            token: values.token,
            idleExitSeconds: number(values["idle-exit"] ?? "600", "--idle-exit", 2_000_000),
          }
        : { kind: "zeroMq", connectionFile: resolve(jupyterFile) },
    notebookFolder: folder,
    typeErrors: mode,
    checkpointFolder: checkpoints === undefined ? undefined : resolve(checkpoints),
  };
}

function parse(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const options = {
    "connection-file": text,
    "jupyter-connection-file": text,
    "notebook-folder": text,
    port: text,
    token: text,
    "idle-exit": text,
    "type-errors": text,
    "checkpoint-folder": text,
  };
  try {
    return parseArgs({ args: [...argv], options, strict: true });
  } catch (error) {
    throw bad(
      `only ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(", ")}`,
      (error as Error).message,
    );
  }
}

function number(text: string, name: string, largest: number): number {
  const value = Number(text);
  if (!(text !== "" && value >= 0 && value <= largest)) {
    throw bad(`${name} from 0 to ${largest}`, text);
  }
  return value;
}

function bad(expected: string, found: string): GraftError {
  return new GraftError({
    code: "kernel/bad-argument",
    expected,
    found,
    remedy: "Start the kernel with that argument",
  });
}
