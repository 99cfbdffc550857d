/**
 * "Graft: Connect to Jupyter Server…": address, token, then one of the kernels that run there or could be started. The
 * notebook runs there until "Graft: Use Local Kernel".
 */
import * as vscode from "vscode";
import {
  GRAFT_KERNELSPEC,
  noKernelspec,
  parseServerUrl,
  readServer,
  type JupyterServer,
  type ServerContents,
} from "../../protocol/jupyterServer";
import { GraftError } from "../../shared/graftError";
import type { ServerChoice } from "../kernel/serverKernels";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { ServerConnections } from "../kernel/serverConnections";
import type { GraftController } from "../notebook/controller";
import { timeText } from "../notebook/describeFailure";
import { activeNotebook } from "./kernelCommands";

type KernelItem = vscode.QuickPickItem & { readonly choice?: ServerChoice; readonly missing?: GraftError };

export async function connectToServer(sessions: KernelSessions, controller: GraftController): Promise<void> {
  const notebook = await activeNotebook();
  const server = notebook === undefined ? undefined : await askForServer(sessions.servers);
  if (notebook === undefined || server === undefined) {
    return;
  }
  const contents = await lookAt(server, sessions.servers);
  const picked = await vscode.window.showQuickPick(kernelItems(server, contents), {
    title: vscode.l10n.t("Run this notebook on {0}", new URL(server.url).host),
    placeHolder: vscode.l10n.t("Start a kernel there, or take one that runs"),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked?.missing !== undefined) {
    throw picked.missing;
  }
  if (picked?.choice === undefined) {
    return;
  }
  await sessions.servers.rememberServer(server);
  const session = sessions.of(notebook.uri);
  session.use(sessions.servers.sourceFor(notebook.uri, server.url, picked.choice));
  const title = vscode.l10n.t("Connecting to {0}…", new URL(server.url).host);
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, async () => {
    await controller.select(notebook);
    await session.start();
  });
}

export async function useLocalKernel(sessions: KernelSessions): Promise<void> {
  const notebook = await activeNotebook();
  if (notebook === undefined) {
    return;
  }
  const session = sessions.of(notebook.uri);
  if (session.server === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("This notebook's kernel runs on this machine already."));
    return;
  }
  await sessions.servers.forget(notebook.uri);
  session.use(sessions.localSource(notebook.uri));
  await session.reconnect();
}

async function askForServer(servers: ServerConnections): Promise<JupyterServer | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t("Connect to Jupyter Server"),
    prompt: vscode.l10n.t("Its address; a token in it is taken along"),
    placeHolder: "http://localhost:8888/?token=…",
    ignoreFocusOut: true,
    ...(servers.lastUrl === undefined ? {} : { value: servers.lastUrl }),
    validateInput: (text) => {
      try {
        parseServerUrl(text);
        return undefined;
      } catch (error) {
        return (error as GraftError).message;
      }
    },
  });
  if (answer === undefined) {
    return undefined;
  }
  const { url, token = await servers.token(url) } = parseServerUrl(answer);
  const known = token ?? (await askForToken(url));
  return known === undefined ? undefined : { url, token: known };
}

function askForToken(url: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t("Token of {0}", url),
    prompt: vscode.l10n.t("`jupyter server list` prints it on that machine. Empty: the server asks for none"),
    password: true,
    ignoreFocusOut: true,
  });
}

async function lookAt(server: JupyterServer, servers: ServerConnections): Promise<ServerContents> {
  const title = vscode.l10n.t("Looking at {0}…", server.url);
  try {
    return await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      readServer(server),
    );
  } catch (error) {
    if (error instanceof GraftError && error.code === "server/wrong-token") {
      await servers.forgetToken(server.url); // So that the next attempt asks for it.
    }
    throw error;
  }
}

/** Graft first; a server without it says how to get it there. */
function kernelItems(server: JupyterServer, { kernels, specs }: ServerContents): readonly KernelItem[] {
  const ordered = [...specs].sort((a, b) => rank(a.name) - rank(b.name));
  const start = ordered.map(({ name, displayName, language }) => ({
    label: vscode.l10n.t("$(add) Start {0}", displayName),
    description: name === GRAFT_KERNELSPEC ? "" : language,
    choice: { name, kernelId: undefined },
  }));
  const missing = specs.some(({ name }) => name === GRAFT_KERNELSPEC)
    ? []
    : [
        {
          label: vscode.l10n.t("$(warning) Graft is not installed there"),
          description: vscode.l10n.t("how to install it"),
          missing: noKernelspec(server, GRAFT_KERNELSPEC, specs),
        },
      ];
  const running = kernels.map(({ id, name, state, lastActivity, connections }) => ({
    label: `$(vm-running) ${specs.find((spec) => spec.name === name)?.displayName ?? name}`,
    description: `${state} · ${id.slice(0, 8)}`,
    detail: [
      vscode.l10n.t("{0} connected", connections),
      ...(lastActivity === undefined ? [] : [vscode.l10n.t("last active {0}", timeText(lastActivity))]),
    ].join(" · "),
    choice: { name, kernelId: id },
  }));
  return [
    ...missing,
    ...start,
    ...(running.length === 0
      ? []
      : [{ label: vscode.l10n.t("running there"), kind: vscode.QuickPickItemKind.Separator }]),
    ...running,
  ];
}

function rank(name: string): number {
  return name === GRAFT_KERNELSPEC ? 0 : 1;
}
