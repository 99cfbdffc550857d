/** The gateway from outside, without the library that our own client uses. */
import { statSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { decodeFrame, encodeFrame, V1_SUBPROTOCOL, type WireDialect } from "../../src/protocol/wire";
import type { Message } from "../../src/protocol/message";
import { eventually, TestKernel } from "./testKernel";

let kernel: TestKernel;
beforeAll(async () => void (kernel = await TestKernel.start()));
afterAll(() => kernel.end());

type Headers = Readonly<Record<string, string>>;

function ask(
  path: string,
  headers: Headers = {},
  method = "GET",
): Promise<{ readonly status: number; readonly body: string }> {
  const url = new URL(path, kernel.process.address.url);
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

const authorized = (): Headers => ({ Authorization: `token ${kernel.process.address.token}` });

describe("a request", () => {
  it.each([
    ["without a token", () => ask("/api/kernels"), 403],
    ["with a wrong token", () => ask("/api/kernels", { Authorization: "token wrong" }), 403],
    ["with a wrong token in the address", () => ask("/api/kernels?token=wrong"), 403],
    ["with the token", () => ask("/api/kernels", authorized()), 200],
    ["with the token in the address", () => ask(`/api/kernels?token=${kernel.process.address.token}`), 200],
    ["for another host", () => ask("/api/kernels", { ...authorized(), Host: "evil.example:80" }), 403],
    ["from another origin", () => ask("/api/kernels", { ...authorized(), Origin: "http://evil.example" }), 403],
    ["for what is not there", () => ask("/api/nothing", authorized()), 404],
    ["for another kernel", () => ask("/api/kernels/other", authorized()), 404],
    ["for the version", () => ask("/api", authorized()), 200],
  ])("%s", async (_, send, status) => {
    expect((await send()).status).toBe(status);
  });

  it("tells the kernel's model", async () => {
    const { body } = await ask(`/api/kernels/${kernel.process.address.kernelId}`, authorized());
    expect(JSON.parse(body)).toMatchObject({ id: kernel.process.address.kernelId, name: "graft", connections: 1 });
  });

  it("interrupts", async () => {
    const path = `/api/kernels/${kernel.process.address.kernelId}/interrupt`;
    expect((await ask(path, authorized(), "POST")).status).toBe(204);
    expect((await ask(path, {}, "POST")).status).toBe(403);
  });
});

describe("a WebSocket", () => {
  function open(headers: Headers, protocols: string[] = []): WebSocket {
    const { url, kernelId } = kernel.process.address;
    return new WebSocket(`${url.replace("http", "ws")}api/kernels/${kernelId}/channels`, protocols, { headers });
  }

  it.each([
    ["no token", {}],
    ["another origin", { Origin: "http://evil.example" }],
    ["another host", { Host: "evil.example" }],
  ])("is refused with %s", async (name, headers: Headers) => {
    const socket = open(name === "no token" ? headers : { ...authorized(), ...headers });
    const message = await new Promise<string>((resolve) => socket.once("error", (error) => resolve(error.message)));
    expect(message).toContain("403");
  });

  it.each<[WireDialect, string[]]>([
    ["default", []],
    ["v1", [V1_SUBPROTOCOL]],
  ])("speaks the %s dialect and survives malformed frames", async (dialect, protocols) => {
    const socket = open(authorized(), protocols);
    await new Promise((resolve) => socket.once("open", resolve));
    const received: Message[] = [];
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      received.push(decodeFrame(isBinary ? data : data.toString(), dialect));
    });
    for (const rubbish of ["", "{", "null", '{"header":{}}', Buffer.alloc(3), Buffer.alloc(64, 255)]) {
      socket.send(rubbish);
    }
    const header = {
      msg_id: "m1",
      session: "s1",
      username: "",
      date: "",
      msg_type: "kernel_info_request",
      version: "5.4",
    };
    socket.send(
      encodeFrame(
        {
          channel: "shell",
          header: JSON.stringify(header),
          parentHeader: "{}",
          metadata: "{}",
          content: "{}",
          buffers: [],
        },
        dialect,
      ),
    );
    const mine = () => received.filter((message) => (message.parent_header as { msg_id?: string }).msg_id === "m1");
    await eventually(() => (mine().length >= 3 ? true : undefined));
    expect(mine().map((message) => [message.channel, message.header.msg_type])).toEqual([
      ["iopub", "status"],
      ["shell", "kernel_info_reply"],
      ["iopub", "status"],
    ]);
    expect(mine()[1]?.content).toMatchObject({ status: "ok", protocol_version: "5.4", implementation: "graft" });
    socket.close();
  });
});

describe("the network", () => {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((address) => address !== undefined && !address.internal && address.family === "IPv4");

  // A machine without any network has no address to try.
  it.runIf(own !== undefined)("cannot reach the kernel: it listens on loopback only", async () => {
    const { port } = new URL(kernel.process.address.url);
    const socket = connect({ host: own!.address, port: Number(port) });
    const code = await new Promise<unknown>((resolve) => {
      socket.once("connect", () => resolve("connected"));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    socket.destroy();
    expect(code).toBe("ECONNREFUSED");
  });
});

describe("on disk", () => {
  it("only this user can read the connection file", () => {
    const { connectionFile } = kernel.process;
    expect(statSync(connectionFile).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(connectionFile)).mode & 0o777).toBe(0o700);
  });
});
