import { strict as assert } from "node:assert";
import { commands } from "vscode";
import { waitForQuickInput } from "./palette";
import { TestNotebook } from "./testNotebook";
import { press, screenshot, typeText, waitInFrames } from "./workbenchPage";

suite("a cell that asks", () => {
  let notebook: TestNotebook;

  teardown(async () => {
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("gets what the person types", async () => {
    notebook = await TestNotebook.create("asks", ["const name = await prompt('Your name?');\nname + '!'"]);
    const running = notebook.run(0);
    await waitForQuickInput("Your name?");
    await typeText("Ada");
    await screenshot("cell-asks");
    await press("Enter");
    await running;
    assert.match(notebook.text(0), /Ada!/);
  });

  test("hides a password", async () => {
    notebook = await TestNotebook.create("asks-password", ["(await prompt('Token', { password: true })).length"]);
    const running = notebook.run(0);
    await waitForQuickInput("Token");
    await waitInFrames("a hidden field", `document.querySelector(".quick-input-widget input")?.type === "password"`);
    await typeText("secret");
    await press("Enter");
    await running;
    assert.equal(notebook.text(0), "6");
  });

  test("is interrupted when the person cancels", async () => {
    notebook = await TestNotebook.create("asks-cancelled", ["await prompt('Go on?')"]);
    const running = notebook.run(0);
    await waitForQuickInput("Go on?");
    await press("Escape");
    await running;
    assert.equal(notebook.error(0).name, "InterruptedError");
  });

  test("asks no longer when it is interrupted", async () => {
    notebook = await TestNotebook.create("asks-interrupted", ["await prompt('Still there?')"]);
    const running = notebook.run(0);
    await waitForQuickInput("Still there?");
    await commands.executeCommand("graft.interruptKernel");
    await running;
    await waitInFrames(
      "a closed question",
      `![...document.querySelectorAll(".quick-input-widget")].some((box) => box.style.display !== "none" && box.textContent.includes("Still there?"))`,
    );
  });
});
