/** Commands and messages as a person meets them: by keyboard in the palette, by eye in the notifications. */
import { commands } from "vscode";
import { click, press, screenshot, typeText, waitInFrames } from "./workbenchPage";

/** Opens the command palette, types the command's title and presses Enter. */
export async function runFromPalette(title: string): Promise<void> {
  await press("F1");
  await waitInFrames("an open palette", quickInput("true"));
  await typeText(title);
  await waitInFrames(`"${title}" on top of the palette`, `${firstRow}?.includes(${JSON.stringify(title)})`);
  await press("Enter");
}

/** Waits until the quick pick or input box says this in its title, its input or its list. */
export async function waitForQuickInput(text: string): Promise<void> {
  await waitInFrames(`a question with "${text}"`, quickInput(`says(box, ${JSON.stringify(text)})`));
}

/** Waits as `waitForQuickInput`, keeps a screenshot if it is named, and presses Enter. */
export async function acceptQuickInput(text: string, screenshotName?: string): Promise<void> {
  await waitForQuickInput(text);
  if (screenshotName !== undefined) await screenshot(screenshotName);
  await press("Enter");
}

/** Presses a button of a notification that is shown. */
export async function clickInNotification(button: string): Promise<void> {
  await click(`.notifications-center .monaco-button:has-text("${button}")`);
}

/**
 * Presses it again as long as it stays, as a person would, and says so: once in eight runs the first click on a progress notification came to
 * nothing. Why is not known; when the log says so again, look into it.
 */
export async function pressUntilGone(button: string): Promise<void> {
  const gone = `![...document.querySelectorAll(".notifications-center .monaco-button")].some(({ textContent }) => textContent.includes(${JSON.stringify(button)}))`;
  for (let attempt = 1; ; attempt++) {
    await clickInNotification(button);
    try {
      await waitInFrames(
        `no "${button}" any more`,
        `document.querySelector(".monaco-workbench") !== null && ${gone}`,
        8000,
      );
      return;
    } catch (error) {
      if (attempt === 3) throw error;
      console.warn(`"${button}" is still there after press ${attempt}.`);
    }
  }
}

/** Waits until a notification, with its buttons, contains the text. With a test driver, VS Code shows them only as a list. */
export async function waitForNotification(text: string, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const there = `document.querySelector(".notifications-center")?.textContent.includes(${JSON.stringify(text)})`;
  for (;;) {
    // Again and again: a list that was opened before there was anything in it can close by itself.
    await commands.executeCommand("notifications.showList");
    try {
      await waitInFrames(`a notification with "${text}"`, there, Math.min(2000, timeoutMs));
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

const firstRow = `document.querySelector(".quick-input-widget .monaco-list-row.focused")?.textContent`;

/** An expression over the visible quick input, `box`. */
function quickInput(condition: string): string {
  return `(() => {
    const box = [...document.querySelectorAll(".quick-input-widget")].find((widget) => widget.offsetParent !== null || widget.style.display !== "none");
    const says = (box, text) => box.textContent.includes(text) || box.querySelector("input")?.value.includes(text);
    return box !== undefined && ${condition};
  })()`;
}
