/** Any standard Jupyter kernel over ZeroMQ: how the peers are measured. */
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Subscriber } from "zeromq";
import type { Channel } from "../src/protocol/message";
import type { BenchKernel } from "./benchKernel";
import { Conversation } from "./conversation";

const delimiter = "<IDS|MSG>";

/** `command` with `{connection_file}` among its arguments, as in a kernel spec. */
export async function startZeroMqKernel(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<BenchKernel> {
  const folder = mkdtempSync(join(tmpdir(), "graft-bench-"));
  const file = join(folder, "connection.json");
  const [shellPort, iopubPort, stdinPort, controlPort, heartbeatPort] = await freePorts(5);
  const key = randomUUID();
  const connection = {
    ip: "127.0.0.1",
    transport: "tcp",
    shell_port: shellPort,
    iopub_port: iopubPort,
    stdin_port: stdinPort,
    control_port: controlPort,
    hb_port: heartbeatPort,
    key,
    signature_scheme: "hmac-sha256",
    kernel_name: "bench",
  };
  writeFileSync(file, JSON.stringify(connection));
  const [program, ...args] = command.map((part) => part.replace("{connection_file}", file));
  const child = spawn(program!, args, { stdio: "ignore", cwd: folder, env: { ...process.env, ...env } });
  const exited = new Promise((resolve) => child.once("exit", resolve));

  const session = randomUUID();
  // Short, so that a kernel that binds late does not pay for ZeroMQ's patience.
  const options = { reconnectInterval: 2, linger: 0, routingId: session };
  const shell = new Dealer(options);
  const control = new Dealer(options);
  const iopub = new Subscriber({ reconnectInterval: 2, linger: 0 });
  shell.connect(`tcp://127.0.0.1:${shellPort}`);
  control.connect(`tcp://127.0.0.1:${controlPort}`);
  iopub.connect(`tcp://127.0.0.1:${iopubPort}`);
  iopub.subscribe();

  const conversation = new Conversation(session, (channel, header, content) => {
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac("sha256", key).update(parts.join("")).digest("hex");
    void (channel === "control" ? control : shell).send([delimiter, signature, ...parts]);
  });
  void receiveAll(shell, "shell", conversation);
  void receiveAll(iopub, "iopub", conversation);

  await Promise.race([
    conversation.request("kernel_info_request", {}, false),
    exited.then((code) => Promise.reject(new Error(`The kernel ended with ${String(code)} instead of starting.`))),
  ]);
  return {
    execute: async (code) => {
      // Subscribing takes a moment of its own; asking until iopub answers keeps that out of the numbers.
      await untilLive(conversation);
      await conversation.execute(code);
    },
    end: async () => {
      conversation.send("control", "shutdown_request", { restart: false });
      const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
      await exited;
      clearTimeout(timer);
      for (const socket of [shell, control, iopub]) {
        socket.close();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilLive(conversation: Conversation): Promise<void> {
  while (!conversation.iopubLive) {
    await conversation.request("kernel_info_request", {}, false);
  }
}

async function receiveAll(socket: Dealer | Subscriber, channel: Channel, conversation: Conversation): Promise<void> {
  for await (const frames of socket) {
    const start = frames.findIndex((frame) => frame.toString() === delimiter);
    const [header, parent, , content] = frames.slice(start + 2).map((frame) => JSON.parse(frame.toString()) as unknown);
    conversation.receive(channel, (header as { readonly msg_type: string }).msg_type, parent, content);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
