/**
 * The lab as VS Code in the browser: a server on loopback behind a random token, with this project as its extension, its
 * own settings, and a runtime folder of its own, so that ending the lab ends its kernels too.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cacheFolder } from "../src/lab/data/locations";
import { GraftError } from "../src/shared/graftError";
import { say } from "../src/cli/progress";
import { inProject } from "./project";
import { kernelsIn } from "./runningKernels";
import { installVscodeServer, remoteUri, startVscodeServer, workbenchUrl } from "./vscodeServer";

/** Always the same where possible, because the browser keeps the window's layout by address. */
const usualPort = 8321;

const firstSettings = {
  // Makes the workbench wait for the notebook editor instead of opening the file as JSON text.
  "workbench.editorAssociations": { "*.ipynb": "jupyter-notebook" },
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  // VS Code's own TypeScript greys out what only later cells use.
  "editor.showUnused": false,
  "window.autoDetectColorScheme": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
};

export interface Lab {
  readonly url: string;
  /** Settles when the server has ended, by `stop` or by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Serves `folder` with `notebook` open. Without `port` another free one is taken when the usual one is in use. */
export async function startLab(folder: string, notebook: string, port: number | undefined): Promise<Lab> {
  const chosen = await choosePort(port);
  const install = await installVscodeServer();
  const home = join(cacheFolder(), `lab-${createHash("sha256").update(inProject()).digest("hex").slice(0, 8)}`);
  const runtimeFolder = join(home, `runtime-${process.pid}`);
  const connectionToken = randomBytes(16).toString("hex");
  await mkdir(runtimeFolder, { recursive: true, mode: 0o700 });
  await writeFirstSettings(join(home, "user", "User"));
  const server = await startVscodeServer({
    install,
    port: chosen,
    connectionToken,
    serverDataFolder: join(home, "server"),
    userDataFolder: join(home, "user"),
    extensionsFolder: await linkExtension(join(home, "extensions")),
    env: { GRAFT_RUNTIME_FOLDER: runtimeFolder },
  });
  const payload = [
    ["openFile", remoteUri(server.port, notebook)],
    ["skipWelcome", "true"],
  ] as const;
  return {
    url: workbenchUrl(server.port, folder, payload, connectionToken),
    ended: server.ended,
    stop: async () => {
      await server.stop();
      await endKernels(runtimeFolder);
      await rm(runtimeFolder, { recursive: true, force: true });
    },
  };
}

/** Throws `script/port-in-use` for a port that the person has named. */
async function choosePort(named: number | undefined): Promise<number> {
  const wanted = named ?? usualPort;
  if (wanted === 0 || (await isFree(wanted))) {
    return wanted;
  }
  if (named === undefined) {
    say(`  port ${usualPort} is in use; taking another one`);
    return 0;
  }
  throw new GraftError({
    code: "script/port-in-use",
    expected: `port ${wanted} to be free`,
    found: "another program that listens on it",
    remedy: "End that program (perhaps another lab), name another port with --port, or leave the option out",
  });
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** What the person has changed since stays. */
async function writeFirstSettings(folder: string): Promise<void> {
  const file = join(folder, "settings.json");
  if (existsSync(file)) {
    return;
  }
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(firstSettings, undefined, 2)}\n`);
}

/** An unpacked extension is a link in the extensions folder, named publisher.name-version. */
async function linkExtension(extensionsFolder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(inProject("package.json"), "utf8")) as Record<string, string>;
  await rm(extensionsFolder, { recursive: true, force: true });
  await mkdir(extensionsFolder, { recursive: true });
  const { publisher = "", name = "", version = "" } = manifest;
  await symlink(inProject(), join(extensionsFolder, `${publisher}.${name}-${version}`), "dir");
  return extensionsFolder;
}

/** Politely first, so that a kernel can keep what it reached. */
async function endKernels(runtimeFolder: string): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (const pid of await kernelsIn(runtimeFolder)) process.kill(pid, signal);
    for (let waited = 0; waited < 2_000 && (await kernelsIn(runtimeFolder)).length > 0; waited += 100) await delay(100);
  }
}
