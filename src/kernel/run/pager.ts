/**
 * `display.page(value)` in cells: a long text for the front end's pager instead of the notebook. It travels as a payload of the
 * execution's reply (https://jupyter-client.readthedocs.io/en/stable/messaging.html#payloads-deprecated); front ends without
 * a pager, VS Code among them, show nothing.
 */
import type { MimeBundle } from "../../shared/mimeBundle";
import { currentExecution, type Execution } from "./execution";
import { mimeBundleOf } from "./mimeBundleOf";

export interface PagePayload {
  readonly source: "page";
  readonly data: MimeBundle;
  /** Line to begin with, from 0. */
  readonly start: number;
}

const payloads = new WeakMap<Execution, PagePayload[]>();

export function page(value: unknown): void {
  const execution = currentExecution();
  if (execution !== undefined && !execution.abandoned) {
    const data = typeof value === "string" ? { "text/plain": value } : mimeBundleOf(value);
    const sofar = payloads.get(execution) ?? [];
    payloads.set(execution, [...sofar, { source: "page", data: data ?? { "text/plain": "undefined" }, start: 0 }]);
  }
}

/** What an execution has sent to the pager. */
export function payloadOf(execution: Execution): readonly PagePayload[] {
  return payloads.get(execution) ?? [];
}
