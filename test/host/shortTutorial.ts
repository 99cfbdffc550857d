import { strict as assert } from "node:assert";
import { Range, workspace, WorkspaceEdit } from "vscode";
import type { TestNotebook } from "./testNotebook";

/** `npm run demo` compares over all ten seeds; here it is the window that is tested, and two take a fifth of the time. */
export async function compareOverFewerSeeds(notebook: TestNotebook): Promise<void> {
  const cell = notebook.document.getCells().find(({ document }) => document.getText().includes("seeds: 10"));
  assert.ok(cell, "the comparison no longer says seeds: 10");
  const { document } = cell;
  const at = document.getText().indexOf("seeds: 10");
  const edit = new WorkspaceEdit();
  edit.replace(
    document.uri,
    new Range(document.positionAt(at), document.positionAt(at + "seeds: 10".length)),
    "seeds: 2",
  );
  await workspace.applyEdit(edit);
}
