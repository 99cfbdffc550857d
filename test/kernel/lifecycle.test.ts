import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAlive } from "../../src/protocol/kernelAddress";
import { KernelClient } from "../../src/protocol/kernelClient";
import { launchKernel } from "../../src/protocol/launchKernel";
import { eventually, kernelFile, printedIn, TestKernel } from "./testKernel";

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

function runKernel(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [kernelFile, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once("exit", (code) => resolve({ code, stderr })));
}

function withFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "graft-life-"));
  return action(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
}

describe("a kernel that cannot start", () => {
  it("says which port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await withFolder(async (folder) => {
      const { code, stderr } = await runKernel("--connection-file", join(folder, "c.json"), "--port", String(port));
      expect(code).toBe(1);
      expect(stderr).toContain(`Expected port ${port} on 127.0.0.1 to be free`);
      expect(existsSync(join(folder, "c.json"))).toBe(false);
    });
    server.close();
  });

  it.each([
    [[], "Expected --connection-file FILE, but found none"],
    [["--connection-file", "/tmp/x.json", "--notebook-folder", "/no/such/folder"], "a folder that exists"],
    [["--connection-file", "/tmp/x.json", "--type-errors", "perhaps"], "stop, warn or off"],
    [["--connection-file", "/tmp/x.json", "--port", "99999999"], "--port from 0 to 65535"],
    [["--nonsense"], "--nonsense"],
  ])("%j", async (args, message) => {
    const { code, stderr } = await runKernel(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it("is reported by the launcher with the end of its log", async () => {
    await withFolder(async (folder) => {
      const launch = launchKernel({ kernelFile, notebookFolder: join(folder, "missing"), runtimeFolder: folder });
      await expect(launch).rejects.toMatchObject({ code: "kernel/did-not-start" });
      await expect(launch).rejects.toThrow("a folder that exists");
    });
  });

  it("is reported by the client when it is not there", async () => {
    const nowhere = { url: "http://127.0.0.1:9/", token: "t", kernelId: "k" };
    await expect(KernelClient.connect(nowhere, 300)).rejects.toMatchObject({ code: "kernel/unreachable" });
  });
});

describe("a kernel that is killed", () => {
  it("is noticed at once by who follows its process", async () => {
    const kernel = await TestKernel.start();
    const execution = kernel.client.execute("await new Promise(() => {})");
    await eventually(() => (kernel.client.status === "busy" ? true : undefined));
    process.kill(kernel.process.address.pid, "SIGKILL");
    await expect(execution.done).rejects.toThrow("its process ended with SIGKILL");
    expect(kernel.client.status).toBe("dead");
    rmSync(kernel.folder, { recursive: true });
  });
});

describe("a kernel ends", () => {
  it("by a shutdown request, and takes its connection file along", async () => {
    const kernel = await TestKernel.start();
    await kernel.client.shutdown();
    expect(await kernel.process.exited).toBe(0);
    expect(existsSync(kernel.process.connectionFile)).toBe(false);
    rmSync(kernel.folder, { recursive: true });
  });

  it("within two seconds while a library loops", async () => {
    const kernel = await TestKernel.start();
    kernel.write("spinner.js", "module.exports = () => { for (;;); };");
    const execution = kernel.client.execute("await null; require('./spinner.js')()");
    execution.done.catch(() => undefined);
    await eventually(() => (kernel.client.status === "busy" ? true : undefined));
    const started = performance.now();
    await kernel.client.shutdown();
    await kernel.process.exited;
    expect(performance.now() - started).toBeLessThan(2000);
    await expect(execution.done).rejects.toMatchObject({ code: "kernel/lost" });
    rmSync(kernel.folder, { recursive: true });
  });

  it.each([
    ["while idle", "0"],
    ["while a cell loops", "console.log('go'); while (true) {}"],
  ])("by SIGTERM %s", async (_, code) => {
    const kernel = await TestKernel.start();
    let printed = "";
    const execution = kernel.client.execute(code, { onOutput: (output) => void (printed += printedIn([output])) });
    execution.done.catch(() => undefined);
    await eventually(() => (code === "0" || printed.includes("go") ? true : undefined));
    if (code === "0") {
      await execution.done;
    }
    process.kill(kernel.process.address.pid, "SIGTERM");
    await kernel.process.exited;
    expect(isAlive(kernel.process.address.pid)).toBe(false);
    kernel.client.dispose();
    rmSync(kernel.folder, { recursive: true });
  });

  it("by itself when no client is left", async () => {
    const kernel = await TestKernel.start({ idleExitSeconds: 0.3 });
    expect(await kernel.value("1")).toBe("1");
    kernel.client.dispose();
    expect(await kernel.process.exited).toBe(0);
    expect(existsSync(kernel.process.connectionFile)).toBe(false);
    rmSync(kernel.folder, { recursive: true });
  });

  it("and another client can take over before that", async () => {
    const kernel = await TestKernel.start({ idleExitSeconds: 5 });
    await kernel.run("const carried = 3");
    kernel.client.dispose();
    const second = await KernelClient.connect(kernel.process.address);
    const reply = await second.execute("if (carried !== 3) throw new Error('lost')").done;
    expect(reply).toMatchObject({ status: "ok", execution_count: 2 });
    await second.shutdown();
    expect(await kernel.process.exited).toBe(0);
    rmSync(kernel.folder, { recursive: true });
  });
});
