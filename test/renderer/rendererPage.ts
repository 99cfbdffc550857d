import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { ThemeKind } from "./themes";
import { themes } from "./themes";

const ORIGIN = "http://graft.test/";

/** A page that stands in for the notebook's webview: same CSS variables, body classes and renderer contract. */
export interface RendererPage {
  readonly page: Page;
  render(id: string, payload: unknown): Promise<void>;
  dispose(id?: string): Promise<void>;
  setTheme(kind: ThemeKind): Promise<void>;
  /** What the renderer has sent to the extension. */
  posted(): Promise<unknown[]>;
  /** Makes `posted` empty again. */
  forget(): Promise<void>;
  /** Sends a message to the renderer as the extension does. */
  tell(message: unknown): Promise<void>;
  /** What the renderer wrote on the figure in output `id`. */
  drawn(id: string): Promise<DOMStringMap>;
  /** Resolves when output `id` is drawn and says so much about itself, e.g. `{ points: "270" }`. */
  waitFor(id: string, drawn: Readonly<Record<string, string>>): Promise<void>;
}

export async function openRendererPage(browser: Browser, kind: ThemeKind, width: number): Promise<RendererPage> {
  // One context for all pages: a new one compiles the renderer anew.
  const context = browser.contexts()[0] ?? (await browser.newContext({ deviceScaleFactor: 2 }));
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 900 });
  const renderer = readFileSync(join(process.env.GRAFT_DIST!, "renderer", "figure.js"), "utf8");
  await page.route(`${ORIGIN}**`, (route) =>
    route.request().url().endsWith("figure.js")
      ? route.fulfill({ contentType: "text/javascript", body: renderer })
      : route.fulfill({ contentType: "text/html", body: html() }),
  );
  await page.goto(ORIGIN);
  const setTheme = (next: ThemeKind) =>
    page.evaluate(({ classes, variables }) => {
      document.documentElement.setAttribute(
        "style",
        Object.entries(variables)
          .map(([name, value]) => `${name}: ${value}`)
          .join("; "),
      );
      document.body.className = classes;
    }, themes[next]);
  await setTheme(kind);
  await page.locator("body[data-ready]").waitFor();
  return {
    page,
    setTheme,
    render: (id, payload) =>
      page.evaluate(({ id, text }) => (globalThis as unknown as Harness).graft.render(id, text), {
        id,
        text: typeof payload === "string" ? payload : JSON.stringify(payload),
      }),
    posted: () => page.evaluate(() => (globalThis as unknown as Harness).graft.posted),
    forget: () => page.evaluate(() => void (globalThis as unknown as Harness).graft.posted.splice(0)),
    tell: (message) => page.evaluate((message) => (globalThis as unknown as Harness).graft.tell(message), message),
    dispose: (id) => page.evaluate((id) => (globalThis as unknown as Harness).graft.dispose(id), id),
    drawn: (id) =>
      page.locator(`#${id} [data-graft-figure]`).evaluate((root) => Object.assign({}, (root as HTMLElement).dataset)),
    waitFor: (id, drawn) =>
      page
        .locator(
          `#${id} [data-graft-drawings]${Object.entries(drawn)
            .map(([name, value]) => `[data-graft-${name}="${value}"]`)
            .join("")}`,
        )
        .waitFor({ state: "attached" }),
  };
}

interface Harness {
  readonly graft: {
    render(id: string, text: string): void;
    dispose(id: string | undefined): void;
    posted: unknown[];
    tell(message: unknown): void;
  };
}

/** The policy is VS Code's own for notebook outputs, without the evaluation of strings. */
function html(): string {
  return `<!DOCTYPE html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${ORIGIN} 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<style>body { margin: 0; padding: 12px 28px; background: var(--vscode-notebook-editorBackground); }</style></head>
<body><div id="outputs"></div><script type="module">
import { activate } from "${ORIGIN}figure.js";
window.graft = {
  posted: [],
  render(id, text) {
    let element = document.getElementById(id);
    if (element === null) {
      element = document.createElement("div");
      element.id = id;
      document.getElementById("outputs").append(element);
    }
    renderer.renderOutputItem({ id, mime: "", json: () => JSON.parse(text) }, element);
  },
  dispose: (id) => renderer.disposeOutputItem(id),
};
const renderer = activate({
  postMessage: (message) => void window.graft.posted.push(message),
  onDidReceiveMessage: (listener) => void (window.graft.tell = listener),
});
document.body.dataset.ready = "";
</script></body></html>`;
}
