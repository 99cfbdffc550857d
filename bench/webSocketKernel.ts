/** Graft's kernel through its gateway. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { readConnectionFile } from "../src/protocol/kernelAddress";
import { decodeFrame } from "../src/protocol/wire";
import { SESSION_COMM_TARGET, type SessionRequest } from "../src/shared/sessionState";
import type { BenchKernel } from "./benchKernel";
import { Conversation } from "./conversation";

/** `acknowledges`: like the extension, tells the kernel of each execution that it need not be kept. */
export async function startGraft(kernelFile: string, { acknowledges = false } = {}): Promise<BenchKernel> {
  const folder = mkdtempSync(join(tmpdir(), "graft-bench-"));
  const file = join(folder, "connection.json");
  const child = spawn(process.execPath, [kernelFile, "--connection-file", file, "--notebook-folder", folder], {
    stdio: "ignore",
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  while (!existsSync(file)) {
    if (child.exitCode !== null) {
      throw new Error(`The kernel ended with ${child.exitCode} instead of starting.`);
    }
    await delay(2);
  }
  const { url, token, kernelId } = await readConnectionFile(file);
  const session = randomUUID();
  const socket = new WebSocket(
    `${url.replace("http", "ws")}api/kernels/${kernelId}/channels?session_id=${session}&token=${token}`,
  );
  const conversation = new Conversation(session, (channel, header, content) =>
    socket.send(JSON.stringify({ channel, header, parent_header: {}, metadata: {}, content, buffers: [] })),
  );
  socket.on("message", (data: Buffer) => {
    const message = decodeFrame(data.toString(), "default");
    conversation.receive(message.channel, message.header.msg_type, message.parent_header, message.content);
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  await conversation.request("kernel_info_request", {});
  const comm = randomUUID();
  if (acknowledges) {
    conversation.send("shell", "comm_open", { comm_id: comm, target_name: SESSION_COMM_TARGET, data: {} });
  }
  return {
    execute: async (code) => {
      const executionId = await conversation.execute(code);
      if (acknowledges) {
        const data: SessionRequest = { kind: "acknowledge", executionId };
        conversation.send("shell", "comm_msg", { comm_id: comm, data });
      }
    },
    end: async () => {
      conversation.send("control", "shutdown_request", { restart: false });
      await exited;
      socket.terminate();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
