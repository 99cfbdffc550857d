import { join } from "node:path";
import type * as vscode from "vscode";

/** Where "Graft: Install Native Engine" puts tfjs-node, for kernels and for the installer. It outlives updates of the extension. */
export function nativeEngineEnvironment(context: vscode.ExtensionContext): Readonly<Record<string, string>> {
  return { GRAFT_NATIVE_ENGINE: join(context.globalStorageUri.fsPath, "native-engine") };
}
