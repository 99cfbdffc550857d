/**
 * Jupyter outputs as VS Code's, with the metadata from which its ipynb serializer writes valid nbformat again. `transient`
 * is never part of that metadata: nbformat does not know it, and a display id means nothing in a saved notebook.
 */
import * as vscode from "vscode";
import type { CellOutput } from "../../protocol/cellOutput";
import type { ErrorContent, StreamContent } from "../../protocol/message";
import { FIGURE_MIME, type MimeBundle } from "../../shared/mimeBundle";
import { errorStack } from "./errorStack";

export type ShownBundle = Extract<CellOutput, { readonly kind: "display" | "result" }>;

export function bundleOutput(output: ShownBundle): vscode.NotebookCellOutput {
  const metadata =
    output.kind === "result"
      ? { outputType: "execute_result", executionCount: output.executionCount, metadata: output.metadata }
      : { outputType: "display_data", metadata: output.metadata };
  return new vscode.NotebookCellOutput(bundleItems(output.data), metadata);
}

export function streamOutput(name: StreamContent["name"], text: string): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput([streamItem(name, text)], { outputType: "stream" });
}

export function streamItem(name: StreamContent["name"], text: string): vscode.NotebookCellOutputItem {
  return name === "stdout" ? vscode.NotebookCellOutputItem.stdout(text) : vscode.NotebookCellOutputItem.stderr(text);
}

export function errorOutput(error: ErrorContent): vscode.NotebookCellOutput {
  const { ename, evalue, traceback } = error;
  const item = vscode.NotebookCellOutputItem.error({ name: ename, message: evalue, stack: errorStack(error) });
  return new vscode.NotebookCellOutput([item], {
    outputType: "error",
    originalError: { output_type: "error", ename, evalue, traceback },
  });
}

/** Items in the order in which they should be preferred: our own figure first, plain text last. */
export function bundleItems(bundle: MimeBundle): vscode.NotebookCellOutputItem[] {
  return Object.entries(bundle)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([mime, value]) => bundleItem(mime, value));
}

function rank(mime: string): number {
  if (mime === FIGURE_MIME) {
    return 0;
  }
  return mime === "text/plain" ? 2 : 1;
}

function bundleItem(mime: string, value: unknown): vscode.NotebookCellOutputItem {
  if (mime.startsWith("image/") && mime !== "image/svg+xml" && typeof value === "string") {
    return new vscode.NotebookCellOutputItem(Buffer.from(value, "base64"), mime);
  }
  if (typeof value === "string" && !mime.endsWith("json")) {
    return vscode.NotebookCellOutputItem.text(value, mime);
  }
  if (Array.isArray(value) && !mime.endsWith("json")) {
    return vscode.NotebookCellOutputItem.text(value.join(""), mime); // nbformat allows text as a list of lines
  }
  return vscode.NotebookCellOutputItem.json(value, mime);
}
