/** `graft info`: what this machine has. It asks a real kernel, so an engine is named only when it really loads. */
import { tmpdir } from "node:os";
import { cacheFolder } from "../lab/data/locations";
import { KernelClient } from "../protocol/kernelClient";
import { defaultRuntimeFolder, launchKernel, removeRuntimeFiles } from "../protocol/launchKernel";
import type { EngineInfo } from "../shared/sessionState";
import { kernelFile } from "./runCommand";

/** Prints to stdout and answers with the exit code. */
export async function infoCommand(version: string, nodePath: string | undefined): Promise<number> {
  const kernel = await askKernel(nodePath);
  const { engine } = kernel;
  const rows: readonly (readonly [string, string])[] = [
    ["graft", version],
    ["node", `${kernel.node} on ${process.platform}-${process.arch}`],
    ["training", engine.training],
    ["tensors in cells", engine.tensors],
    [
      "native engine",
      engine.native
        ? "yes"
        : "no; graft native-engine installs it. Without it everything works, tensors of your own more slowly",
    ],
    ["downloads", cacheFolder()],
    ["running kernels", defaultRuntimeFolder()],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(width)}  ${value}\n`);
  return 0;
}

async function askKernel(nodePath: string | undefined): Promise<{ engine: EngineInfo; node: string }> {
  const kernel = await launchKernel({
    kernelFile: kernelFile(),
    notebookFolder: tmpdir(),
    idleExitSeconds: 60,
    ...(nodePath === undefined ? {} : { nodePath }),
  });
  try {
    const client = await KernelClient.connect(kernel.address);
    let engine: EngineInfo | undefined;
    const closeSession = client.openSession((message) => {
      if (message.kind === "state") engine = message.state.engine;
    });
    // Which backend the tensors get is decided when tfjs is loaded.
    await client.execute('await import("@tensorflow/tfjs")', { silent: true }).done;
    await client.execute("0", { silent: true }).done;
    closeSession();
    await client.shutdown();
    return { engine: engine ?? { training: "unknown", tensors: "unknown", native: false }, node: kernel.address.node };
  } finally {
    const late = setTimeout(() => kernel.kill(), 5_000);
    await kernel.exited;
    clearTimeout(late);
    await removeRuntimeFiles(kernel);
  }
}
