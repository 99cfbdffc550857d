import { randomUUID } from "node:crypto";
import { Uri, type Webview } from "vscode";

/** The page of the Variables view. Nothing but its own script runs in it, and it fetches nothing. */
export function variablesPage(webview: Webview, distFolder: Uri): string {
  const script = webview.asWebviewUri(Uri.joinPath(distFolder, "variables.js")).toString();
  const nonce = randomUUID();
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'">
<title>Variables</title>
</head>
<body><script type="module" nonce="${nonce}" src="${script}"></script></body>
</html>`;
}
