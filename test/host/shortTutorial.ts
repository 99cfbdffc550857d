import { strict as assert } from "node:assert";
import { Range, workspace, WorkspaceEdit } from "vscode";
import type { TestNotebook } from "./testNotebook";

const WRITTEN = "seeds = 5";

/** Here it is the window that is tested, and two seeds take less than half of the time. */
export async function compareOverFewerSeeds(notebook: TestNotebook): Promise<void> {
  const cell = notebook.document.getCells().find(({ document }) => document.getText().includes(WRITTEN));
  assert.ok(cell, `the tutorial no longer says ${WRITTEN}`);
  const { document } = cell;
  const at = document.getText().indexOf(WRITTEN);
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(at), document.positionAt(at + WRITTEN.length)), "seeds = 2");
  await workspace.applyEdit(edit);
}
