import * as vscode from "vscode";
import type { InputRequest } from "../../protocol/clientExecution";

/**
 * Asks the person what a cell asks for. Cancel interrupts the cell; undefined: no answer, also when the cell ended first.
 */
export async function askForInput(
  { prompt, password }: InputRequest,
  cell: vscode.NotebookCell,
  cellEnded: vscode.CancellationToken,
  interrupt: () => Promise<void>,
): Promise<string | undefined> {
  const options: vscode.InputBoxOptions = {
    title: vscode.l10n.t("Cell {0} asks", cell.index + 1),
    prompt: prompt.trim() === "" ? vscode.l10n.t("Press Enter to answer, Escape to stop the cell") : prompt,
    password,
    ignoreFocusOut: true,
  };
  const answer = await vscode.window.showInputBox(options, cellEnded);
  if (answer === undefined && !cellEnded.isCancellationRequested) {
    await interrupt();
  }
  return answer;
}
