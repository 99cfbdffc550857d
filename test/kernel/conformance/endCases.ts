/** How kernels end: when they are asked to, and when they crash. Each case has a kernel of its own. */
import { expect, it } from "vitest";
import { isAlive } from "../../../src/protocol/kernelAddress";
import type { ConformanceKernel } from "./conformanceKernel";
import { answerIn, isReply, type RawClient } from "./rawClient";

export function endCases(start: () => Promise<ConformanceKernel>): void {
  async function withKernel(action: (client: RawClient, kernel: ConformanceKernel) => Promise<void>): Promise<void> {
    const kernel = await start();
    const client = await kernel.connect();
    try {
      await action(client, kernel);
    } finally {
      client.close();
      kernel.end();
    }
  }

  it.each([true, false])("shutdown is answered before the process ends, with restart: %s", async (restart) => {
    await withKernel(async (client, kernel) => {
      const id = client.send("shutdown_request", { restart }, { channel: "control" });
      expect((await client.until(id, "shutdown_reply")).content).toEqual({ status: "ok", restart });
      expect(await kernel.exited).toBe(0);
      expect(isAlive(kernel.pid)).toBe(false);
    });
  });

  it("shutdown ends a cell that computes without a pause", async () => {
    await withKernel(async (client, kernel) => {
      const id = client.execute("console.log('go'); while (true);");
      await client.until(id, "stream");
      const asked = performance.now();
      client.send("shutdown_request", { restart: false }, { channel: "control" });
      expect([0, "SIGKILL"]).toContain(await kernel.exited);
      expect(performance.now() - asked).toBeLessThan(5000);
    });
  });

  it.each([
    ["process.abort()", "SIGABRT"],
    ["process.exit(3)", 3],
    ["process.kill(process.pid, 'SIGKILL')", "SIGKILL"],
  ])("after %s the process is dead and the cell was not answered", async (code, how) => {
    await withKernel(async (client, kernel) => {
      const id = client.execute(`console.log("last words"); await new Promise((r) => setTimeout(r, 50)); ${code}`);
      await client.until(id, "stream");
      expect(await kernel.exited).toBe(how);
      expect(client.of(id).some(isReply)).toBe(false);
    });
  });

  it("errors that nobody catches end nothing", async () => {
    await withKernel(async (client) => {
      const code = `
        Promise.reject(new Error("nobody awaits me"));
        setTimeout(() => { throw new Error("nobody catches me") }, 5);
        await new Promise((r) => setTimeout(r, 40)); 1`;
      expect((await client.run(code)).reply.status).toBe("ok");
      expect(answerIn(await client.done(client.execute("1 + 1"))).reply.status).toBe("ok");
    });
  });
}
