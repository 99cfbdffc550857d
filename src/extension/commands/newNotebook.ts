/** A new notebook with the skeleton of a transfer: data, backbone and head, training, evaluation. */
import * as vscode from "vscode";
import { NOTEBOOK_TYPE } from "../contributions";
import { newNotebookMetadata } from "../notebook/kernelspec";

const cells = [
  `import { backbones, datasets, graft, show } from "graft";

const { train: pool, test } = await datasets.mnist();
const train = pool.sample({ labels: 50, seed: 1 });`,
  `const backbone = await backbones.load("fashion-cnn");
const model = graft(backbone, { classes: train.classes, seed: 1 });
console.log(model.summary());`,
  `await model.trainHead(train);
await model.evaluate(test)`,
];

export async function newNotebook(): Promise<void> {
  const data = new vscode.NotebookData([
    new vscode.NotebookCellData(
      vscode.NotebookCellKind.Markup,
      `# ${vscode.l10n.t("Transfer learning")}\n\n${vscode.l10n.t(
        "Run the cells, then try **Graft: Fine-tune Last N Layers** from the command palette.",
      )}`,
      "markdown",
    ),
    ...cells.map((code) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, code, "typescript")),
  ]);
  data.metadata = newNotebookMetadata;
  const notebook = await vscode.workspace.openNotebookDocument(NOTEBOOK_TYPE, data);
  await vscode.window.showNotebookDocument(notebook);
}
