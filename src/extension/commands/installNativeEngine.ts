/** "Graft: Install Native Engine": gets tfjs-node into the extension's storage, told line by line, cancellable. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as vscode from "vscode";
import { findNode, oldestNode } from "../../protocol/findNode";
import { commandIds } from "../contributions";
import { nativeEngineEnvironment } from "../kernel/nativeEngineEnvironment";
import { log, offer } from "../reportError";
import { readSettings } from "../settings";

export async function installNativeEngine(context: vscode.ExtensionContext): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? context.extensionUri;
  const node = await findNode(readSettings(folder).nodePath);
  if (node.electron) {
    await offer(
      vscode.l10n.t("The native engine needs a Node of its own, {0} or newer, with npm. None was found.", oldestNode),
      { title: vscode.l10n.t("Select Node…"), run: () => vscode.commands.executeCommand(commandIds.selectNode) },
    );
    return;
  }
  const title = vscode.l10n.t("Installing the native engine");
  const ending = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => install(context, node.command, (message) => progress.report({ message }), token),
  );
  if (ending === "installed") {
    await offer(vscode.l10n.t("The native engine is installed. Kernels that run get it when they are restarted."), {
      title: vscode.l10n.t("Restart Kernel"),
      run: () => vscode.commands.executeCommand(commandIds.restartKernel),
    });
  } else if (ending === "failed") {
    await offer(
      vscode.l10n.t(
        "The native engine could not be installed here. Everything works without it; tensor code of your own is slower.",
      ),
      {
        title: vscode.l10n.t("Show Log"),
        run: () => {
          log().show();
        },
      },
    );
  }
}

type Ending = "installed" | "failed" | "cancelled";

/** The command line does the work; what it has begun ends with it. */
function install(
  context: vscode.ExtensionContext,
  node: string,
  tell: (line: string) => void,
  token: vscode.CancellationToken,
): Promise<Ending> {
  const child = spawn(node, [join(context.extensionPath, "dist", "cli.js"), "native-engine"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...nativeEngineEnvironment(context) },
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      log().info(line);
      tell(line.trim());
    });
  }
  const cancelling = token.onCancellationRequested(() => void child.kill("SIGTERM"));
  return new Promise<Ending>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve(token.isCancellationRequested ? "cancelled" : code === 0 ? "installed" : "failed"),
    );
  }).finally(() => void cancelling.dispose());
}
