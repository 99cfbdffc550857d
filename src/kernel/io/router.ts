/**
 * What each message means to the io thread. It answers by itself whatever must work while a cell computes (kernel info,
 * comms, completion, interrupt, shutdown) and hands the rest to the main thread in order.
 */
import { PROTOCOL_VERSION, type Channel, type Message } from "../../protocol/message";
import type { EncodedMessage } from "../../protocol/wire";
import type { FromIo, IoSetup, ToIo } from "../link";
import { formatTypeProblems } from "./formatTypeProblems";
import type { Client } from "./gateway";
import type { LanguageService } from "./languageService";
import { Outbox } from "./outbox";
import { SessionComms } from "./sessionComms";

export interface RouterHost {
  readonly setup: IoSetup;
  readonly language: LanguageService;
  broadcast(message: EncodedMessage): void;
  toMain(message: FromIo): void;
  interrupt(): void;
  shutdown(): void;
}

/** The part of a request that its answers need. */
interface Request {
  readonly channel: Channel;
  /** Its header as JSON text. */
  readonly parent: string;
  readonly content: Readonly<Record<string, unknown>>;
}

export class Router {
  readonly #host: RouterHost;
  readonly #outbox = new Outbox((message, type) => this.#deliver(message, type));
  readonly #sessions = new SessionComms(this.#outbox);
  /** Who asked: replies go to one client, everything on iopub to all. */
  readonly #askers = new Map<string, Client>();
  /** Parents of executions that have printed. */
  readonly #sources = new Map<number, string>();
  #busyParent: string | undefined;

  constructor(host: RouterHost) {
    this.#host = host;
  }

  get executionState(): "busy" | "idle" {
    return this.#busyParent === undefined ? "idle" : "busy";
  }

  fromClient(message: Message, client: Client): void {
    const parent = JSON.stringify(message.header);
    this.#askers.set(parent, client);
    const content = (message.content ?? {}) as Record<string, unknown>;
    const request: Request = { channel: message.channel, parent, content };
    switch (message.header.msg_type) {
      case "kernel_info_request":
        this.#answer(request, "kernel_info_reply", kernelInfo);
        break;
      case "comm_info_request":
        this.#answer(request, "comm_info_reply", this.#sessions.info(content.target_name));
        break;
      case "comm_open":
        this.#around(parent, () => this.#sessions.open(parent, content));
        break;
      case "comm_close":
        this.#around(parent, () => this.#sessions.close(content));
        break;
      case "comm_msg":
        this.#around(parent, () => undefined);
        break;
      case "complete_request":
        void this.#complete(request);
        break;
      case "interrupt_request":
        this.#host.interrupt();
        this.#answer(request, "interrupt_reply", { status: "ok" });
        break;
      case "shutdown_request":
        this.#answer(request, "shutdown_reply", { status: "ok", restart: content.restart === true });
        this.#host.shutdown();
        break;
      default:
        this.#host.toMain({ kind: "request", message });
    }
  }

  fromMain(message: Exclude<ToIo, { kind: "text" | "interrupted" | "end" }>): void {
    switch (message.kind) {
      case "send":
        this.#outbox.send(message);
        break;
      case "source":
        this.#sources.set(message.index, message.parent);
        break;
      case "session":
        this.#sessions.publish(message.message, message.parent);
        break;
      case "check":
        void this.#check(message.id, message.parent, message.code);
        break;
      default:
        message satisfies never;
    }
  }

  /** Text of the execution that was announced as source `index`. */
  printed(index: number, name: "stdout" | "stderr", text: string): void {
    this.#outbox.stream(this.#sources.get(index) ?? "{}", name, text);
  }

  flush(): void {
    this.#outbox.flush();
  }

  /** A client has gone: forget what it asked. */
  forget(client: Client): void {
    for (const [parent, asker] of this.#askers) {
      if (asker === client) {
        this.#askers.delete(parent);
      }
    }
  }

  async #check(id: string, parent: string, code: string): Promise<void> {
    const gate = this.#host.setup.typeErrors === "stop";
    const problems = await this.#host.language.check(code, gate);
    if (gate) {
      this.#host.toMain({ kind: "checked", id, problems });
    } else if (problems.length > 0) {
      this.#outbox.stream(parent, "stderr", formatTypeProblems(problems, code));
      this.#outbox.flush();
    }
    this.#sessions.publish({ kind: "checked", executionId: id, problems }, parent);
  }

  async #complete(request: Request): Promise<void> {
    const { code, cursor_pos: cursor } = request.content;
    if (typeof code !== "string" || typeof cursor !== "number") {
      const evalue = "Expected code and cursor_pos.";
      this.#answer(request, "complete_reply", { status: "error", ename: "TypeError", evalue, traceback: [] });
      return;
    }
    const { start, end, matches } = await this.#host.language.complete(code, utf16Offset(code, cursor));
    this.#answer(request, "complete_reply", {
      status: "ok",
      matches,
      cursor_start: codePoints(code, start),
      cursor_end: codePoints(code, end),
      metadata: {},
    });
  }

  #answer(request: Request, type: string, content: object): void {
    this.#around(request.parent, () => {
      const { channel, parent } = request;
      this.#outbox.send({ channel, type, parent, content: JSON.stringify(content) });
    });
  }

  #around(parent: string, action: () => void): void {
    const running = this.#busyParent;
    this.#status(parent, "busy");
    action();
    this.#status(parent, "idle");
    this.#askers.delete(parent);
    if (running !== undefined) {
      // Front ends show the last status that they saw: a cell is still running.
      this.#status(running, "busy");
    }
  }

  #status(parent: string, state: "busy" | "idle"): void {
    const content = JSON.stringify({ execution_state: state });
    this.#outbox.send({ channel: "iopub", type: "status", parent, content });
  }

  #deliver(message: EncodedMessage, type: string): void {
    if (type === "status") {
      this.#noteStatus(message);
    }
    if (message.channel === "iopub") {
      this.#host.broadcast(message);
      return;
    }
    this.#askers.get(message.parentHeader)?.send(message);
    this.#askers.delete(message.parentHeader);
  }

  #noteStatus(message: EncodedMessage): void {
    const busy = message.content.includes('"busy"');
    if (busy) {
      this.#busyParent = message.parentHeader;
    } else {
      this.#busyParent = undefined;
    }
  }
}

const kernelInfo = {
  status: "ok",
  protocol_version: PROTOCOL_VERSION,
  implementation: "graft",
  implementation_version: process.env.GRAFT_VERSION ?? "0.1.0",
  language_info: {
    name: "typescript",
    version: "6.0",
    mimetype: "text/typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    codemirror_mode: { name: "javascript", typescript: true },
    nbconvert_exporter: "script",
  },
  banner: "Graft: transfer learning in TypeScript",
  help_links: [],
  debugger: false,
} as const;

/** Jupyter counts code points, JavaScript UTF-16 code units. */
function utf16Offset(text: string, points: number): number {
  return Array.from(text).slice(0, points).join("").length;
}

function codePoints(text: string, offset: number): number {
  return Array.from(text.slice(0, offset)).length;
}
