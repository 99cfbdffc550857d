/** The `graft` command. Errors that a person can meet go to stderr as one message; the exit code says whether it worked. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { distFolder } from "../shared/distFolder";
import { GraftError } from "../shared/graftError";
import { infoCommand } from "./infoCommand";
import { installCommand, uninstallCommand } from "./kernelspecCommand";
import { nativeEngineCommand } from "./nativeEngineCommand";
import { parseParameter } from "./parameters";
import { runCommand } from "./runCommand";

interface RunFlags {
  readonly output?: string;
  readonly parameter: ReadonlyMap<string, unknown>;
  readonly timeout?: number;
  readonly node?: string;
}

interface KernelspecFlags {
  readonly prefix?: string;
  readonly node?: string;
}

function makeProgram(version: string): Command {
  const program = new Command("graft").description("Transfer-learning notebooks without a window.").version(version);
  program
    .command("run")
    .description("execute a notebook from top to bottom; exits with 1 at the first cell that fails, and names it")
    .argument("<notebook>", "an .ipynb file")
    .option("-o, --output <file>", "where the executed notebook goes (default: NAME.executed.ipynb beside it)")
    .option(
      "-p, --parameter <name=value>",
      "sets a variable of the cell tagged `parameters`; may be repeated; JSON values are parsed",
      (text: string, sofar: ReadonlyMap<string, unknown>) => new Map([...sofar, parseParameter(text)]),
      new Map<string, unknown>(),
    )
    .option("--timeout <seconds>", "longest time for one cell", parseSeconds)
    .option("--node <path>", "the Node that runs the kernel")
    .action(async (notebook: string, flags: RunFlags) => {
      process.exitCode = await runCommand(notebook, {
        parameters: flags.parameter,
        ...(flags.output === undefined ? {} : { output: flags.output }),
        ...(flags.timeout === undefined ? {} : { timeoutSeconds: flags.timeout }),
        ...(flags.node === undefined ? {} : { nodePath: flags.node }),
      });
    });
  const kernelspec = program.command("kernelspec").description("make the kernel known to JupyterLab and its family");
  kernelspec
    .command("install")
    .description("write the kernel spec, in place of an older one")
    .addOption(new Option("--user", "for this user (the default)").conflicts("prefix"))
    .option("--prefix <folder>", "for an installation: a virtual environment, /usr/local")
    .option("--node <path>", "the Node that runs the kernel")
    .action(async ({ prefix, node }: KernelspecFlags) => {
      process.exitCode = await installCommand({
        ...(prefix === undefined ? {} : { prefix }),
        ...(node === undefined ? {} : { nodePath: node }),
      });
    });
  kernelspec
    .command("uninstall")
    .description("remove the kernel spec")
    .addOption(new Option("--user", "of this user (the default)").conflicts("prefix"))
    .option("--prefix <folder>", "of an installation")
    .action(async ({ prefix }: KernelspecFlags) => {
      process.exitCode = await uninstallCommand(prefix === undefined ? {} : { prefix });
    });
  program
    .command("native-engine")
    .description("install tfjs-node, which computes the tensors of cells natively, for all notebooks of this user")
    .action(async () => {
      process.exitCode = await nativeEngineCommand();
    });
  program
    .command("info")
    .description("tell which Node, engines and folders are in use")
    .option("--node <path>", "the Node that runs the kernel")
    .action(async ({ node }: { readonly node?: string }) => {
      process.exitCode = await infoCommand(version, node);
    });
  return program;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError("Expected a number of seconds above 0.");
  return seconds;
}

async function main(): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(distFolder(), "..", "package.json"), "utf8")) as { version: string };
  await makeProgram(manifest.version).parseAsync();
}

main().catch((error: unknown) => {
  const text = error instanceof GraftError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`✗ ${text ?? "unknown error"}\n`);
  process.exitCode = 1;
});
