import { strict as assert } from "node:assert";
import { commands } from "vscode";
import { waitForFigure } from "./figures";
import { TestNotebook, waitUntil } from "./testNotebook";
import { click, drag, press, screenshot, setTheme, waitInFrames } from "./workbenchPage";

const cells = [
  `import { backbones, datasets, graft, show } from "graft";
const digits = await datasets.mnist();
const model = graft(await backbones.load("fashion-cnn"), { classes: digits.train.classes, seed: 1 });`,
  `const plot = await show.embedding(model, digits.test.subset(0, 400), { method: "pca" });`,
  `const { indices, dataset } = await plot.selection();
[indices.length, dataset.size, Math.max(...indices) < 400].join(" ")`,
  "1 + 1",
];

const stage = ".graft-map-stage";
const selected = `document.querySelector("[data-graft-selected]")?.dataset.graftSelected`;

suite("a map of features", function () {
  this.timeout(120_000);
  let notebook: TestNotebook;

  teardown(async () => {
    await setTheme("light");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("gives what is selected in it to the cell that waits, and to a cell of its own", async () => {
    notebook = await TestNotebook.create("embedding", cells);
    await notebook.run(0, 2);
    notebook.reveal(1);
    const map = await waitForFigure("embedding", "!figure.live");
    assert.equal(map.points, 400);

    const waiting = notebook.run(2);
    await waitUntil("a cell that waits for a selection", () => notebook.cell(2).executionSummary?.executionOrder === 3);
    notebook.reveal(1);
    await click(".graft-map-tools [data-tool=lasso]");
    await drag(stage, [0.02, 0.02], [0.6, 0.02], [0.6, 0.98], [0.02, 0.98]);
    await waiting;
    const count = await waitInFrames("points that are selected", `Number(${selected}) > 0 && ${selected}`);
    assert.equal(notebook.text(2), `"${String(count)} ${String(count)} true"`.replaceAll('"', "'"));
    await waitInFrames(
      "what to do with them",
      `document.querySelector(".graft-map-status")?.textContent.includes("await plot.selection()")`,
    );
    await screenshot("embedding-selected");
    await setTheme("dark");
    await waitForFigure("embedding", 'figure.theme === "dark"');
    await screenshot("embedding-selected-dark");

    await click(".graft-map-status button");
    await waitUntil("a cell below the map", () => notebook.document.cellCount === cells.length + 1);
    await waitUntil("its result", () => notebook.cell(2).executionSummary?.success === true);
    assert.equal(notebook.cell(2).document.getText(), "const selected = await plot.selection();\nselected.indices");
  });

  test("a wait for a selection is interrupted, and the kernel goes on", async () => {
    notebook = await TestNotebook.create("embedding-interrupt", cells);
    await notebook.run(0, 2);
    const waiting = notebook.run(2);
    await waitUntil("a cell that waits for a selection", () => notebook.cell(2).executionSummary?.executionOrder === 3);
    notebook.reveal(1);
    await waitForFigure("embedding", "!figure.live");
    await click(stage);
    await press("Escape");
    await commands.executeCommand("graft.interruptKernel");
    await waiting;
    assert.equal(notebook.error(2).name, "InterruptedError");
    await notebook.run(3);
    assert.equal(notebook.text(3), "2");
  });

  test("follows a training: a frame an epoch, and a slider between them", async () => {
    notebook = await TestNotebook.create("embedding-watch", [
      cells[0]!,
      `await show.embedding(model, digits.test.subset(0, 400), { method: "pca", watch: true });`,
      `await model.fineTune(digits.train.sample({ labels: 50, seed: 1 }), { lastLayers: 3, epochs: 3, plot: false });`,
    ]);
    await notebook.run(0, 3);
    notebook.reveal(1);
    const frame = `document.querySelector(".graft-map-frames output")?.textContent`;
    await waitInFrames("the frame of the last epoch", `${frame}?.includes("epoch 3")`);
    await screenshot("embedding-watched");
    // The map as it was before, and one frame for each of the three epochs.
    await click(".graft-map-frames input");
    await press("Home");
    await waitInFrames("the first frame", `${frame} === "map"`);
  });
});
