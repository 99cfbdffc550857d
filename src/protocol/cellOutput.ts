import type { MimeBundle } from "../shared/mimeBundle";
import type { DisplayDataContent, ErrorContent, ExecuteResultContent, StreamContent } from "./message";

/** One output of a cell, as a front end shows it. */
export type CellOutput =
  | { readonly kind: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | { readonly kind: "display"; readonly data: MimeBundle; readonly metadata: MimeBundle; readonly displayId?: string }
  | { readonly kind: "update"; readonly data: MimeBundle; readonly metadata: MimeBundle; readonly displayId: string }
  | {
      readonly kind: "result";
      readonly data: MimeBundle;
      readonly metadata: MimeBundle;
      readonly executionCount: number;
      readonly displayId?: string;
    }
  | ({ readonly kind: "error" } & ErrorContent)
  | { readonly kind: "clear"; readonly wait: boolean };

/** The part of a message that tells what it shows. */
export interface IopubMessage {
  readonly header: { readonly msg_type?: unknown };
  readonly content: unknown;
}

/** What a message on iopub shows under a cell; undefined for messages that show nothing. */
export function outputOf({ header, content }: IopubMessage): CellOutput | undefined {
  switch (header.msg_type) {
    case "stream": {
      const { name, text } = content as StreamContent;
      return { kind: "stream", name, text };
    }
    case "display_data": {
      const display = content as DisplayDataContent;
      return { kind: "display", ...bundleOf(display), ...idOf(display) };
    }
    case "update_display_data": {
      const display = content as DisplayDataContent;
      return { kind: "update", ...bundleOf(display), displayId: display.transient.display_id ?? "" };
    }
    case "execute_result": {
      const result = content as ExecuteResultContent;
      return { kind: "result", ...bundleOf(result), ...idOf(result), executionCount: result.execution_count };
    }
    case "error": {
      const { ename, evalue, traceback } = content as ErrorContent;
      return { kind: "error", ename, evalue, traceback };
    }
    case "clear_output":
      return { kind: "clear", wait: (content as { readonly wait?: boolean }).wait === true };
    default:
      return undefined;
  }
}

function bundleOf({ data, metadata }: DisplayDataContent): { data: MimeBundle; metadata: MimeBundle } {
  return { data, metadata };
}

function idOf(content: Partial<DisplayDataContent>): { displayId?: string } {
  const id = content.transient?.display_id;
  return id === undefined ? {} : { displayId: id };
}
