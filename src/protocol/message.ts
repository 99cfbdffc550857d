/**
 * Jupyter messages (messaging spec 5.4), as far as Graft speaks them. Field names keep Jupyter's snake_case here and
 * nowhere else. Content is `unknown` until it has been parsed at the edge that receives it.
 */
import type { MimeBundle } from "../shared/mimeBundle";

export type Channel = "shell" | "control" | "iopub" | "stdin";

export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

export interface Message<Content = unknown> {
  readonly channel: Channel;
  readonly header: Header;
  readonly parent_header: Header | Record<string, never>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Content;
  readonly buffers: readonly Uint8Array[];
}

export interface ExecuteRequest {
  readonly code: string;
  readonly silent: boolean;
  readonly store_history: boolean;
  readonly user_expressions: Readonly<Record<string, string>>;
  readonly allow_stdin: boolean;
  readonly stop_on_error: boolean;
}

export interface StreamContent {
  readonly name: "stdout" | "stderr";
  readonly text: string;
}

export interface DisplayDataContent {
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly transient: { readonly display_id?: string };
}

export interface ExecuteResultContent extends DisplayDataContent {
  readonly execution_count: number;
}

export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

export type ExecuteReply =
  | {
      readonly status: "ok";
      readonly execution_count: number;
      readonly user_expressions: Readonly<Record<string, unknown>>;
      /** For the front end's pager; other uses are deprecated. */
      readonly payload?: readonly unknown[];
    }
  | ({ readonly status: "error"; readonly execution_count: number } & ErrorContent)
  | { readonly status: "aborted"; readonly execution_count: number };

export const PROTOCOL_VERSION = "5.4";
