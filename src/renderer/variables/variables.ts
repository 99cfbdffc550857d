/** The page of the Variables view: shows what the extension tells it, and keeps the chosen order when it is hidden. */
import type { VariablesMessage, VariablesReady } from "../../shared/variablesView";
import type { Order } from "./sortVariables";
import { variablesStyles } from "./variablesStyles";
import { VariablesTable } from "./variablesTable";

interface WebviewHost {
  postMessage(message: VariablesReady): void;
  getState(): Order | undefined;
  setState(order: Order): void;
}

declare function acquireVsCodeApi(): WebviewHost;

const host = acquireVsCodeApi();
const sheet = new CSSStyleSheet();
sheet.replaceSync(variablesStyles);
document.adoptedStyleSheets = [sheet];

const root = document.body.appendChild(document.createElement("main"));
const table = new VariablesTable(root, host.getState() ?? { column: "name", descending: false }, (order) =>
  host.setState(order),
);
window.addEventListener("message", ({ data }: MessageEvent<VariablesMessage>) => table.show(data));
host.postMessage({ kind: "ready" });
