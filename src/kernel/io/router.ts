/**
 * What each message means to the io thread. It answers by itself whatever must work while a cell computes (kernel info,
 * comms, completion, interrupt, shutdown) and hands the rest to the main thread in order.
 */
import { PROTOCOL_VERSION, type Channel, type Header, type Message } from "../../protocol/message";
import type { EncodedMessage } from "../../protocol/wire";
import { LANGUAGE_COMM_TARGET } from "../../shared/languageMessages";
import { SESSION_COMM_TARGET } from "../../shared/sessionState";
import type { FromIo, IoSetup, ToIo } from "../link";
import { formatTypeProblems } from "./formatTypeProblems";
import { replyToComplete, replyToInspect, type Reply } from "./jupyterLanguage";
import { LanguageComms } from "./languageComms";
import type { LanguageService } from "./languageService";
import { Comms, type CommMessage } from "./comms";
import { Journal } from "./journal";
import { Outbox } from "./outbox";
import { SessionComms } from "./sessionComms";
import type { Client } from "./transport";

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

/** So many executions back, text that comes late still finds its parent. */
const sourcesKept = 10_000;

export class Router {
  readonly #host: RouterHost;
  readonly #outbox = new Outbox((message, type) => this.#deliver(message, type));
  readonly #comms = new Comms(this.#outbox);
  readonly #journal = new Journal();
  readonly #sessions = new SessionComms({
    journal: this.#journal,
    watchVariables: (watch) => this.#host.toMain({ kind: "watchVariables", watch }),
    select: (request) => this.#host.toMain({ kind: "selection", request }),
  });
  /** Who asked: replies go to one client, everything on iopub to all. */
  readonly #askers = new Map<string, Client>();
  /** Parents of executions that have printed. */
  readonly #sources = new Map<number, string>();
  readonly #busy = new Set<string>();
  /** The request for input that was sent last and is not answered. */
  #asking: { readonly id: string; readonly parent: string } | undefined;

  constructor(host: RouterHost) {
    this.#host = host;
    this.#comms.register(SESSION_COMM_TARGET, this.#sessions);
    this.#comms.register(LANGUAGE_COMM_TARGET, new LanguageComms(host.language));
  }

  get executionState(): "busy" | "idle" {
    return this.#busy.size === 0 ? "idle" : "busy";
  }

  fromClient(message: Message, client: Client): void {
    const parent = JSON.stringify(message.header);
    const content = message.content as Record<string, unknown>;
    const { channel } = message;
    const request: Request = { channel, parent, content };
    const type = message.header.msg_type;
    if (type.endsWith("_request")) {
      this.#askers.set(parent, client);
    }
    switch (type) {
      case "kernel_info_request":
        this.#answer(request, "kernel_info_reply", kernelInfo);
        break;
      case "comm_info_request":
        this.#answer(request, "comm_info_reply", this.#comms.info(content.target_name));
        break;
      case "comm_open":
      case "comm_msg":
      case "comm_close":
        this.#takeComm(message, { type, parent, content }, client);
        break;
      case "complete_request":
        void this.#language(request, replyToComplete(this.#host.language, content));
        break;
      case "inspect_request":
        void this.#language(request, replyToInspect(this.#host.language, content));
        break;
      case "interrupt_request":
        this.#host.interrupt();
        this.#answer(request, "interrupt_reply", { status: "ok" });
        break;
      case "shutdown_request":
        this.#answer(request, "shutdown_reply", { status: "ok", restart: content.restart === true });
        this.#host.shutdown();
        break;
      case "input_reply":
        this.#takeInput(message);
        break;
      case "execute_request":
        if (content.silent !== true && content.store_history !== false) {
          this.#journal.asked(message, parent);
        }
        this.#host.toMain({ kind: "request", message });
        break;
      case "is_complete_request":
      case "history_request":
        this.#host.toMain({ kind: "request", message });
        break;
      case "debug_request":
        // kernel_info says that there is no debugger; some front ends ask all the same.
        this.#around(parent, () => undefined);
        break;
      default:
        console.error(`Dropped a message of the unknown type ${JSON.stringify(type.slice(0, 100))}.`);
        this.#around(parent, () => undefined);
    }
  }

  fromMain(message: Exclude<ToIo, { kind: "text" | "interrupted" | "end" }>): void {
    switch (message.kind) {
      case "send":
        this.#outbox.send(message);
        break;
      case "commTarget":
        this.#comms.registerForCells(message);
        break;
      case "comm":
        this.#comms.fromCells(message);
        break;
      case "source":
        this.#sources.set(message.index, message.parent);
        this.#sources.delete(message.index - sourcesKept);
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
    this.#outbox.release();
  }

  /**
   * Tells a subscriber that from now on it misses nothing (https://jupyter.org/enhancement-proposals/65-jupyter-kernel-xpub). Like
   * all messages it names the kernel's one session: JupyterLab's client drops what waits from any other.
   */
  welcome(topic: string): void {
    const content = JSON.stringify({ subscription: topic });
    this.#outbox.send({ channel: "iopub", type: "iopub_welcome", parent: "{}", content });
  }

  /** A client has gone: forget what it asked. */
  forget(client: Client): void {
    for (const [parent, asker] of this.#askers) {
      if (asker === client) {
        this.#askers.delete(parent);
      }
    }
    this.#comms.forget(client);
  }

  #takeComm(message: Message, comm: CommMessage, client: Client): void {
    if (this.#comms.isForCells(comm)) {
      this.#comms.take(comm, client);
      this.#host.toMain({ kind: "comm", message });
    } else {
      this.#around(comm.parent, () => this.#comms.take(comm, client));
    }
  }

  /** Some clients name the request that they answer, some do not. */
  #takeInput({ content, parent_header: parent }: Message): void {
    const { msg_id } = parent as Partial<Header>;
    const { value } = content as { readonly value?: unknown };
    const asking = this.#asking;
    if (asking === undefined || (msg_id !== undefined && msg_id !== asking.id) || typeof value !== "string") {
      console.error("Dropped an input_reply that nobody waits for.");
      return;
    }
    this.#asking = undefined;
    this.#journal.answered(asking.parent);
    this.#host.toMain({ kind: "input", value });
  }

  async #check(id: string, parent: string, code: string): Promise<void> {
    if (this.#host.setup.typeErrors === "off") {
      this.#host.language.ran(code);
      return;
    }
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

  async #language(request: Request, reply: Promise<Reply>): Promise<void> {
    const { type, content } = await reply;
    this.#answer(request, type, content);
  }

  #answer(request: Request, type: string, content: object): void {
    this.#around(request.parent, () => {
      const { channel, parent } = request;
      this.#outbox.send({ channel, type, parent, content: JSON.stringify(content) });
    });
  }

  #around(parent: string, action: () => void): void {
    this.#status(parent, "busy");
    action();
    this.#status(parent, "idle");
    this.#askers.delete(parent);
  }

  #status(parent: string, state: "busy" | "idle"): void {
    const content = JSON.stringify({ execution_state: state });
    this.#outbox.send({ channel: "iopub", type: "status", parent, content });
  }

  #deliver(message: EncodedMessage, type: string): void {
    const parent = message.parentHeader;
    if (message.channel === "iopub") {
      this.#host.broadcast(message);
      this.#journal.note(message, type);
      if (type === "status") {
        this.#noteStatus(parent, message.content.includes('"busy"'));
      }
      return;
    }
    this.#journal.note(message, type);
    this.#askers.get(parent)?.send(message);
    if (type === "input_request") {
      this.#asking = { id: (JSON.parse(message.header) as Header).msg_id, parent };
      return;
    }
    this.#askers.delete(parent);
    if (this.#asking?.parent === parent) {
      this.#asking = undefined;
    }
  }

  #noteStatus(parent: string, busy: boolean): void {
    if (busy) {
      this.#busy.add(parent);
      return;
    }
    this.#busy.delete(parent);
    const running = [...this.#busy].at(-1);
    if (running !== undefined) {
      // Front ends show the last status that they saw: something else is still going on.
      this.#status(running, "busy");
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
