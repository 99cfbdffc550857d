import { strict as assert } from "node:assert";
import {
  commands,
  languages,
  NotebookEdit,
  NotebookRange,
  Position,
  Range,
  window,
  workspace,
  WorkspaceEdit,
  type CompletionItem,
  type CompletionList,
  type Hover,
  type MarkdownString,
  type SignatureHelp,
} from "vscode";
import { TestNotebook, waitUntil } from "./testNotebook";
import { press, screenshot, typeText, waitInFrames } from "./workbenchPage";

const cells = [
  'import { backbones, datasets, graft } from "graft";\nconst digits = await datasets.mnist();\nconst model = graft(await backbones.load("fashion-cnn"), { classes: digits.train.classes });',
  "/**\n * Adds **two** numbers.\n * @param b comes second\n */\nfunction add(a: number, b: number) {\n  return a + b;\n}",
  "model.",
  "add(1, 2)",
  "const total: number = add(1, 2);",
];

suite("language", () => {
  let notebook: TestNotebook;

  suiteSetup(async () => {
    notebook = await TestNotebook.create("language", cells);
    // Room beside the list for its documentation.
    await commands.executeCommand("workbench.action.closeSidebar");
    // The first question starts the kernel and reads the declarations; the tests then wait for widgets only.
    await completionsAt(2, new Position(0, 6));
  });

  suiteTeardown(async () => {
    await commands.executeCommand("workbench.view.explorer");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  async function completionsAt(cell: number, position: Position, resolved = 0): Promise<readonly CompletionItem[]> {
    const { uri } = notebook.cell(cell).document;
    const command = "vscode.executeCompletionItemProvider";
    return (await commands.executeCommand<CompletionList>(command, uri, position, undefined, resolved)).items;
  }

  /** Puts the cursor into the first line of a cell, as a click does. */
  async function edit(cell: number, column: number): Promise<void> {
    notebook.select(cell);
    await commands.executeCommand("notebook.cell.edit");
    const document = notebook.cell(cell).document;
    await waitUntil("a cursor in the cell", () => window.activeTextEditor?.document === document);
    // By commands, which have moved the cursor when they end: a selection that is set arrives some time later.
    await commands.executeCommand("cursorTop");
    await commands.executeCommand("cursorMove", { to: "right", by: "character", value: column });
  }

  async function setText(cell: number, text: string): Promise<void> {
    const { document } = notebook.cell(cell);
    const change = new WorkspaceEdit();
    change.replace(document.uri, new Range(0, 0, document.lineCount, 0), text);
    await workspace.applyEdit(change);
  }

  function problems(cell: number): readonly string[] {
    return languages
      .getDiagnostics(notebook.cell(cell).document.uri)
      .map(({ source, code, range }) => `${source ?? ""} ${JSON.stringify(code)} line ${range.start.line + 1}`);
  }

  test("completion offers members of what no cell has run yet, each once, with documentation", async () => {
    const items = await completionsAt(2, new Position(0, 6), 50);
    const named = items.filter(({ label }) => label === "fineTune");
    assert.equal(named.length, 1, `fineTune is offered ${named.length} times`);
    assert.match(named[0]?.detail ?? "", /^\(method\) Model\.fineTune\(/);
    assert.match((named[0]?.documentation as MarkdownString).value, /Trains the last layers by gradient descent/);

    await edit(2, 6);
    await typeText("fine");
    const row = ".suggest-widget.visible .monaco-list-row.focused";
    await waitInFrames("fineTune on top", `document.querySelector('${row}')?.textContent.includes("fineTune")`);
    await commands.executeCommand("toggleSuggestionDetails");
    await waitInFrames(
      "documentation beside it",
      `document.querySelector(".suggest-details")?.textContent.includes("Trains the last layers")`,
    );
    await screenshot("language-completion");
    await press("Escape");
    await setText(2, "model.");
  });

  test("names of earlier cells come once, before the library's", async () => {
    const items = await completionsAt(3, new Position(0, 1));
    const labels = items.map(({ label }) => label);
    assert.deepEqual(
      labels.filter((label) => label === "add"),
      ["add"],
    );
    const sorted = [...items].sort((a, b) => ((a.sortText ?? "") < (b.sortText ?? "") ? -1 : 1));
    assert.deepEqual(
      sorted.slice(0, 6).map(({ label }) => label),
      ["add", "backbones", "datasets", "digits", "graft", "model"],
    );
  });

  test("hover tells type and documentation, once", async () => {
    const { uri } = notebook.cell(3).document;
    const hovers = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", uri, new Position(0, 1));
    const texts = hovers.flatMap(({ contents }) => contents.map((content) => (content as MarkdownString).value));
    assert.equal(texts.length, 1, texts.join("\n---\n"));
    assert.match(texts[0] ?? "", /function add\(a: number, b: number\): number/);
    assert.match(texts[0] ?? "", /Adds \*\*two\*\* numbers\./);

    await edit(3, 1);
    await commands.executeCommand("editor.action.showHover");
    await waitInFrames(
      "a hover",
      `[...document.querySelectorAll(".monaco-hover")].some((hover) => hover.textContent.includes("Adds two numbers"))`,
    );
    await screenshot("language-hover");
    await press("Escape");
  });

  test("parameter hints name the active parameter", async () => {
    const { uri } = notebook.cell(3).document;
    const help = await commands.executeCommand<SignatureHelp>(
      "vscode.executeSignatureHelpProvider",
      uri,
      new Position(0, 7),
    );
    assert.equal(help.signatures[0]?.label, "add(a: number, b: number): number");
    assert.equal(help.activeParameter, 1);

    await edit(3, 7);
    await commands.executeCommand("editor.action.triggerParameterHints");
    await waitInFrames(
      "the second parameter, marked",
      `document.querySelector(".parameter-hints-widget.visible .parameter.active")?.textContent === "b: number"`,
    );
    await screenshot("language-parameters");
    await press("Escape");
  });

  test("a squiggle comes while typing, tells of an edit in another cell, and goes when it is mended", async () => {
    await waitUntil("no problem in the notebook but the open end", () => problems(4).length === 0);
    await setText(4, 'const total: number = add(1, "2");');
    await waitUntil("the error", () => problems(4)[0] === "graft 2345 line 1", 30_000);
    await edit(4, 0);
    await waitInFrames("a squiggle", `document.querySelector(".squiggly-error") !== null`);
    await commands.executeCommand("editor.action.marker.next");
    await waitInFrames("the message", `document.body.textContent.includes("is not assignable to parameter of type")`);
    await screenshot("language-squiggle");
    await press("Escape");

    await setText(1, "function add(a: number, b: string) { return a + b.length; }");
    await waitUntil("the error of cell 5 to go", () => problems(4).length === 0, 30_000);
    await waitUntil("one in cell 4, which was not edited", () => problems(3)[0] === "graft 2345 line 1", 30_000);
    await setText(1, cells[1] ?? "");
    await setText(4, cells[4] ?? "");
    await waitUntil("no error", () => problems(3).length === 0 && problems(4).length === 0, 30_000);
  });

  test("a type error of a cell that has run is shown once, and VS Code's own TypeScript says nothing", async () => {
    await setText(4, 'const wrong: number = "a";');
    await waitUntil("the error", () => problems(4).length > 0, 30_000);
    await notebook.run(4);
    await waitUntil("the run's own check", () => notebook.text(4).includes("TS2322"), 30_000);
    assert.deepEqual(problems(4), ["graft 2322 line 1"]);
    // Names that only later cells use, and a syntax error: what the built-in TypeScript used to report.
    await setText(4, "const = ;");
    await waitUntil("the syntax error", () => problems(4).some((problem) => problem.startsWith("graft 1")), 30_000);
    const reported = notebook.document.getCells().flatMap((_, index) => problems(index));
    assert.deepEqual(
      reported.filter((problem) => !problem.startsWith("graft ")),
      [],
    );
    await setText(4, cells[4] ?? "");
  });

  test("a cell that is taken out takes its squiggles along, and later cells its names", async () => {
    await setText(3, "add(1, 'b')");
    await waitUntil("an error", () => problems(3)[0] === "graft 2345 line 1", 30_000);
    const gone = notebook.cell(1).document.uri;
    const change = new WorkspaceEdit();
    change.set(notebook.document.uri, [NotebookEdit.deleteCells(new NotebookRange(1, 2))]);
    await workspace.applyEdit(change);
    await waitUntil("an unknown name", () => problems(2)[0] === "graft 2304 line 1", 30_000);
    assert.deepEqual(languages.getDiagnostics(gone), []);
  });

  test("is silent with the setting off", async () => {
    const configuration = workspace.getConfiguration("graft");
    await waitUntil("an error to lose", () => problems(2).length > 0, 30_000);
    await configuration.update("typeErrors", "off", true);
    await waitUntil("no squiggles", () => problems(2).length === 0);
    await configuration.update("typeErrors", undefined, true);
    await waitUntil("the squiggle again", () => problems(2).length > 0, 30_000);
  });
});
