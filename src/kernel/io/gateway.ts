/**
 * The kernel's front door: HTTP and WebSocket on loopback, in the dialect of a Jupyter Server with exactly one kernel. It
 * knows sockets and frames, and nothing about what messages mean.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import {
  decodeFrame,
  encodeFrame,
  V1_SUBPROTOCOL,
  WireError,
  type EncodedMessage,
  type WireDialect,
} from "../../protocol/wire";
import { Access } from "./access";
import { SlowReader } from "./slowReader";
import type { Client, Transport, TransportEvents } from "./transport";

export interface GatewayEvents extends TransportEvents {
  /** Called when a client came or went, with the number that is left. */
  onClients(count: number): void;
}

export interface GatewayOptions {
  readonly port: number;
  readonly token: string;
  readonly kernelId: string;
}

export class Gateway implements Transport {
  readonly #options: GatewayOptions;
  readonly #events: GatewayEvents;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 512 * 1024 * 1024,
    handleProtocols: (offered) => (offered.has(V1_SUBPROTOCOL) ? V1_SUBPROTOCOL : false),
  });
  readonly #clients = new Set<Client>();
  readonly #access: Access;
  #lastActivity = new Date();

  constructor(options: GatewayOptions, events: GatewayEvents) {
    this.#options = options;
    this.#events = events;
    this.#access = new Access(options.token, () => this.port);
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** Rejects with the system's error, e.g. `EADDRINUSE`. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, "127.0.0.1", () => resolve());
    });
  }

  broadcast(message: EncodedMessage): void {
    this.#lastActivity = new Date();
    for (const client of this.#clients) {
      client.send(message);
    }
  }

  async close(): Promise<void> {
    const closed = [...this.#sockets.clients].map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.once("close", () => resolve());
          socket.close(1001, "the kernel has ended");
        }),
    );
    this.#server.close();
    await Promise.race([Promise.all(closed), new Promise((resolve) => setTimeout(resolve, 300))]);
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const refusal = this.#access.refusal(request, url);
    if (refusal !== undefined) {
      reply(response, refusal.status, { message: refusal.message });
      return;
    }
    const route = `${request.method ?? "GET"} ${url.pathname.replace(/\/$/, "")}`;
    const kernel = `/api/kernels/${this.#options.kernelId}`;
    switch (route) {
      case "GET /api":
        reply(response, 200, { version: "2.14.0" });
        break;
      case "GET /api/status":
        reply(response, 200, { kernels: 1, connections: this.#clients.size, last_activity: this.#lastActivity });
        break;
      case "GET /api/kernels":
        reply(response, 200, [this.#model()]);
        break;
      case `GET ${kernel}`:
        reply(response, 200, this.#model());
        break;
      case "GET /api/kernelspecs":
        reply(response, 200, { default: "graft", kernelspecs: { graft: kernelSpec } });
        break;
      case `POST ${kernel}/interrupt`:
        this.#events.onInterrupt();
        reply(response, 204);
        break;
      case `DELETE ${kernel}`:
        reply(response, 204);
        this.#events.onShutdown();
        break;
      default:
        reply(response, 404, { message: `Expected a kernel route of the Jupyter Server API, but found ${route}.` });
    }
  }

  #model(): object {
    return {
      id: this.#options.kernelId,
      name: "graft",
      last_activity: this.#lastActivity.toISOString(),
      execution_state: this.#events.executionState(),
      connections: this.#clients.size,
    };
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const refusal = this.#access.refusal(request, url);
    const known = url.pathname === `/api/kernels/${this.#options.kernelId}/channels`;
    if (refusal !== undefined || !known) {
      socket.end(`HTTP/1.1 ${refusal === undefined ? "404 Not Found" : "403 Forbidden"}\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(webSocket));
  }

  #welcome(socket: WebSocket): void {
    const dialect: WireDialect = socket.protocol === V1_SUBPROTOCOL ? "v1" : "default";
    const reader = new SlowReader();
    const client: Client = {
      send: (message) => {
        if (socket.readyState !== WebSocket.OPEN) {
          return;
        }
        socket.send(encodeFrame(message, dialect));
        if (reader.isTooSlow(socket.bufferedAmount)) {
          console.error(`Dropped a client that reads too slowly: ${socket.bufferedAmount} bytes wait for it.`);
          socket.terminate();
        }
      },
    };
    this.#clients.add(client);
    this.#events.onClients(this.#clients.size);
    socket.on("message", (data, isBinary) => {
      const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
      try {
        this.#events.onMessage(decodeFrame(isBinary ? bytes : bytes.toString(), dialect), client);
      } catch (error) {
        if (!(error instanceof WireError)) {
          throw error;
        }
        console.error(`Dropped a malformed frame: ${error.message}.`);
      }
    });
    socket.on("error", (error) => console.error(`A client's socket failed: ${error.message}`));
    socket.once("close", () => {
      this.#clients.delete(client);
      this.#events.onGone(client);
      this.#events.onClients(this.#clients.size);
    });
  }
}

const kernelSpec = {
  name: "graft",
  spec: { argv: [], display_name: "Graft (TypeScript)", language: "typescript", env: {}, metadata: {} },
  resources: {},
};

function reply(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json", "X-Content-Type-Options": "nosniff" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
