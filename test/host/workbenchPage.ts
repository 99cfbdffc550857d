/** The suite's side of the control channel: looks at the window as a person does, and acts in it. */
import { setTimeout as delay } from "node:timers/promises";
import { workspace } from "vscode";
import { hostVariables, type ControlReply, type ControlRequest, type FrameValue } from "./control";

/** Keeps the window as `.test-output/screenshots/NAME.png`. */
export async function screenshot(name: string): Promise<void> {
  await post({ action: "screenshot", name });
}

/** Evaluates a JavaScript expression in every frame; the values come back as JSON. */
export async function evaluateInFrames(expression: string): Promise<readonly FrameValue[]> {
  return post({ action: "evaluate", expression });
}

/**
 * Waits until the expression is truthy in some frame and answers with its value there. Throws after `timeoutMs`
 * (default 20 000), telling `what` was awaited.
 */
export async function waitInFrames(what: string, expression: string, timeoutMs = 20_000): Promise<unknown> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = (await evaluateInFrames(expression)).find(({ value }) => Boolean(value));
    if (found !== undefined) return found.value;
    if (Date.now() > deadline) {
      throw new Error(`Expected ${what} within ${timeoutMs / 1000} s, but no frame had it: ${expression}`);
    }
    await delay(100);
  }
}

/** Clicks the first visible element that the CSS selector finds in any frame. */
export async function click(selector: string): Promise<void> {
  await post({ action: "click", selector });
}

/** Drags over places in the first visible element that the selector finds, as parts of its width and height. */
export async function drag(selector: string, ...path: readonly (readonly [number, number])[]): Promise<void> {
  await post({ action: "drag", selector, path });
}

/** Presses keys, in Playwright's notation: `"Enter"`, `"Control+Shift+P"`. */
export async function press(keys: string): Promise<void> {
  await post({ action: "press", keys });
}

/** Types text into what has the focus. */
export async function typeText(text: string): Promise<void> {
  await post({ action: "type", text });
}

/**
 * Waits until the window's own storage knows `text` among the open editors. In a browser VS Code stores them every five
 * seconds only, and nothing when the page goes; on the desktop it does so when the window closes, and there is nothing to wait for.
 */
export async function waitUntilStored(text: string): Promise<void> {
  const stored = `(async () => {
    if (document.querySelector(".monaco-workbench") === null) return false;
    const names = (await indexedDB.databases()).map(({ name }) => name);
    const own = names.filter((name) => name.startsWith("vscode-web-state-db"));
    if (own.length === 0) return true;
    const settled = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    for (const name of own) {
      const database = await settled(indexedDB.open(name));
      try {
        const table = database.transaction("ItemTable").objectStore("ItemTable");
        const editors = await settled(table.get("memento/workbench.parts.editor"));
        if (String(editors).includes(${JSON.stringify(text)})) return true;
      } finally {
        database.close();
      }
    }
    return false;
  })()`;
  await waitInFrames(`"${text}" among the editors that the window has stored`, stored);
}

/** Loads the window anew, which ends this extension host. */
export async function reloadPage(): Promise<void> {
  await post({ action: "reload" });
}

/** VS Code's name of each theme, and the class that its window then has. */
const themes = {
  light: ["Default Light Modern", "vs"],
  dark: ["Default Dark Modern", "vs-dark"],
  contrast: ["Default High Contrast", "hc-black"],
  "contrast-light": ["Default High Contrast Light", "hc-light"],
} as const;

/** Switches VS Code's colour theme and waits until the window wears it. */
export async function setTheme(kind: keyof typeof themes): Promise<void> {
  const [name, className] = themes[kind];
  await workspace.getConfiguration("workbench").update("colorTheme", name, true);
  await waitInFrames(`a ${kind} window`, `document.querySelector(".monaco-workbench.${className}") !== null`);
}

async function post(request: ControlRequest): Promise<readonly FrameValue[]> {
  const url = process.env[hostVariables.control];
  if (url === undefined) {
    throw new Error(
      `Expected the host tests' runner at ${hostVariables.control}, but it is not set. Run npm run test:host.`,
    );
  }
  const response = await fetch(url, { method: "POST", body: JSON.stringify(request) });
  const reply = (await response.json()) as ControlReply;
  switch (reply.kind) {
    case "done":
      return reply.values;
    case "failed":
      throw new Error(`${request.action}: ${reply.message}`);
  }
}
