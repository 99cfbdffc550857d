import { commands } from "vscode";
import { TestNotebook } from "./testNotebook";
import { click, screenshot, setTheme, waitInFrames } from "./workbenchPage";

suite("the Variables view", function () {
  this.timeout(120_000);
  let notebook: TestNotebook;

  teardown(async () => {
    await setTheme("light");
    await commands.executeCommand("workbench.action.closeSidebar");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("shows what the cells hold, follows each run, and is empty without a kernel", async () => {
    notebook = await TestNotebook.create("variables", [
      [
        'import { datasets, backbones, graft } from "graft";',
        "const { train } = await datasets.mnist();",
        'const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });',
        "const rate = 0.001, run = 'first run', done = false;",
        "const losses = new Float32Array([2.31, 1.02, 0.44]);",
        "const counts = new Map([['cat', 3], ['dog', 5]]);",
        "const started = new Date(0);",
        "function twice(n: number) { return 2 * n; }",
        "class Point { x = 1; y = 2 }",
        "let nothing: undefined;",
        "let point = new Point();",
      ].join("\n"),
      'import * as tf from "@tensorflow/tfjs";\nconst batch = tf.zeros([32, 28, 28, 1]), scale = tf.scalar(3);\ntf.ones([100]);',
      "let added = [1, 2, 3];",
    ]);
    await commands.executeCommand("graft.variables.focus");
    await waitInFrames(
      "a view that says that there is no kernel",
      `document.body.textContent.includes("No kernel is running")`,
    );
    await waitInFrames(
      "it in Graft's own container",
      `document.querySelector(".sidebar .pane-header[aria-label^=Variables]")`,
    );
    await notebook.run(0);
    await waitInFrames("the row of rate", `${row("rate")} === "#rate|number||||0.001"`);
    await waitInFrames(
      "the row of losses",
      `${row("losses")} === "[ ]losses|Float32Array|3|float32|12 B|[2.31, 1.02, 0.44]"`,
    );
    await waitInFrames(
      "the row of the dataset",
      `${row("train")} === "▤train|Dataset|10000 × 28 × 28 × 1|uint8|7.84 MB|10 classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"`,
    );
    await waitInFrames(
      "the row of the model",
      `/^⬡model\\|Model\\|\\|float32\\|[\\d.]+ kB\\|Model on "fashion-cnn"/.test(${row("model")})`,
    );
    await waitInFrames(
      "no row of what was imported",
      `document.querySelector('[data-variable="datasets"], [data-variable="tf"]') === null`,
    );
    await waitInFrames(
      "functions behind the data",
      `[...document.querySelectorAll("[data-variable]")].slice(-2).map((row) => row.dataset.variable).join() === "Point,twice"`,
    );
    await notebook.run(1);
    await waitInFrames("the row of batch", `${row("batch")} === "▦batch|Tensor|32 × 28 × 28 × 1|float32|100 kB|"`);
    await waitInFrames(
      "the tensors and the leak",
      `document.querySelector(".tensors")?.textContent === "3 tensors alive · 101 kB · 1 leak"`,
    );
    await screenshot("variables");
    await click('[data-column="shape"]');
    await waitInFrames(
      "the largest on top",
      `document.querySelector('th[aria-sort="descending"]').textContent === "Shape"`,
    );
    await setTheme("dark");
    await screenshot("variables-dark");
    await setTheme("contrast");
    await screenshot("variables-contrast");
    await notebook.run(2);
    await waitInFrames("the row of a later cell", `${row("added")} === "[ ]added|Array|3|||[1, 2, 3]"`);
    await commands.executeCommand("graft.shutdownAll");
    await waitInFrames("an empty view", `document.body.textContent.includes("No kernel is running")`);
  });
});

/** The cells of a variable's row, with `|` between them. */
function row(name: string): string {
  return `[...(document.querySelector('[data-variable="${name}"]')?.children ?? [])].map((cell) => cell.textContent).join("|")`;
}
