/**
 * The comms of target `graft.session`. They live beside the sockets, so a front end that connects while a cell computes is
 * told the state at once, and which executions it can have replayed.
 */
import type { SessionMessage, SessionRequest } from "../../shared/sessionState";
import type { Comm, CommTarget } from "./comms";
import type { Follower, Journal } from "./journal";

export type SelectionRequest = Extract<SessionRequest, { readonly kind: "offerSelections" | "select" }>;

export interface SessionCommsHost {
  readonly journal: Journal;
  /** Tells the main thread whether anybody watches the variables. */
  watchVariables(watch: boolean): void;
  /** Passed on to the main thread. */
  select(request: SelectionRequest): void;
}

export class SessionComms implements CommTarget {
  readonly #host: SessionCommsHost;
  readonly #open = new Map<Comm, Follower>();
  readonly #watching = new Set<Comm>();
  #state: SessionMessage | undefined;

  constructor(host: SessionCommsHost) {
    this.#host = host;
  }

  open(comm: Comm, parent: string): void {
    this.#open.set(comm, (data, cause) => comm.sendJson(data, cause));
    if (this.#state !== undefined) {
      comm.send(this.#state, parent);
    }
    const executions: SessionMessage = { kind: "executions", executions: this.#host.journal.list() };
    comm.send(executions, parent);
  }

  message(comm: Comm, data: unknown): void {
    const request = requestOf(data);
    switch (request?.kind) {
      case "replay":
        // Text that waited for more went out with the busy status before this, so nothing of it comes twice.
        this.#host.journal.replay(request.executionId, this.#open.get(comm)!);
        break;
      case "acknowledge":
        this.#host.journal.acknowledge(request.executionId);
        break;
      case "watchVariables":
        this.#watchVariables(comm, request.watch);
        break;
      case "offerSelections":
      case "select":
        this.#host.select(request);
        break;
      case undefined:
        console.error("Dropped a message on the comm graft.session that is none of its requests.");
        break;
      default:
        request satisfies never;
    }
  }

  close(comm: Comm): void {
    const follower = this.#open.get(comm);
    if (follower !== undefined) {
      this.#host.journal.unfollow(follower);
      this.#open.delete(comm);
      this.#watchVariables(comm, false);
    }
  }

  publish(message: SessionMessage, parent: string): void {
    if (message.kind === "state") {
      this.#state = message;
    }
    for (const comm of message.kind === "variables" ? this.#watching : this.#open.keys()) {
      comm.send(message, parent);
    }
  }

  #watchVariables(comm: Comm, watch: boolean): void {
    if (watch) {
      this.#watching.add(comm);
    } else if (!this.#watching.delete(comm)) {
      return;
    }
    this.#host.watchVariables(this.#watching.size > 0);
  }
}

function requestOf(data: unknown): SessionRequest | undefined {
  const { kind, executionId, watch, plot, indices } = (data ?? {}) as Readonly<Record<string, unknown>>;
  switch (kind) {
    case "replay":
    case "acknowledge":
      return typeof executionId === "string" ? { kind, executionId } : undefined;
    case "watchVariables":
      return typeof watch === "boolean" ? { kind, watch } : undefined;
    case "offerSelections":
      return { kind };
    case "select":
      return typeof plot === "string" && isIndices(indices) ? { kind, plot, indices } : undefined;
    default:
      return undefined;
  }
}

function isIndices(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((index) => Number.isInteger(index) && index >= 0);
}
