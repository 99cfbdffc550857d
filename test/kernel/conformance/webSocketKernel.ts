import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchKernel } from "../../../src/protocol/launchKernel";
import { kernelFile } from "../testKernel";
import type { ConformanceKernel } from "./conformanceKernel";
import { overWebSocket, RawClient } from "./rawClient";

/** A kernel with its own gateway and no other clients than those that the test connects. */
export async function webSocketKernel(): Promise<ConformanceKernel> {
  const folder = mkdtempSync(join(tmpdir(), "graft-conformance-"));
  const launched = await launchKernel({
    kernelFile,
    notebookFolder: folder,
    runtimeFolder: join(folder, "runtime"),
    typeErrors: "off",
  });
  const { address, exited } = launched;
  return {
    pid: address.pid,
    exited,
    intrude: async (parts) => {
      for (const token of ["", "wrong", address.token.slice(1)]) {
        try {
          const wire = await overWebSocket({ ...address, token })(() => undefined);
          wire.send("shell", parts);
        } catch {
          // It is refused: that is the point.
        }
      }
    },
    connect: () => RawClient.connect(overWebSocket(address)),
    end: () => {
      launched.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
