/** Sends messages of the main thread to the io thread. Parents are header JSON. */
import type { Channel } from "../../protocol/message";
import type { SessionMessage } from "../../shared/sessionState";
import type { ToIo } from "../link";

export class Reporter {
  readonly post: (message: ToIo) => void;

  constructor(post: (message: ToIo) => void) {
    this.post = post;
  }

  /** A message on iopub. */
  publish(parent: string, type: string, content: object): void {
    this.post({ kind: "send", channel: "iopub", type, parent, content: JSON.stringify(content) });
  }

  status(parent: string, state: "busy" | "idle"): void {
    this.publish(parent, "status", { execution_state: state });
  }

  reply(channel: Channel, parent: string, type: string, content: object): void {
    this.post({ kind: "send", channel, type, parent, content: JSON.stringify(content) });
  }

  session(parent: string, message: SessionMessage): void {
    this.post({ kind: "session", parent, message });
  }
}
