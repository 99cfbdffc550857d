/** `npm start`: opens the lab on tutorial 01, in the desktop VS Code where there is one, otherwise in the browser. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { GraftError } from "../src/shared/graftError";
import { startLab, type Lab } from "./labWorkbench";
import { tryNativeQuickly } from "../src/cli/native/nativeEngine";
import { messageOf, say } from "../src/cli/progress";
import { runScript } from "./runScript";
import { inProject } from "./project";
import { mustRun } from "../src/cli/runProgram";

const help = `npm start [-- OPTIONS]

Opens the lab on notebooks/01-first-transfer.ipynb: in the desktop VS Code when \`code\` is on PATH, otherwise in VS Code in
the browser. Everything it needs is fetched the first time (about 820 MB into the cache folder for the browser's VS Code).

  --browser   use the browser although there is a desktop VS Code
  --no-open   serve the lab in the browser's VS Code and print its URL, but open nothing
  --port N    port of the browser's VS Code on 127.0.0.1 (default: 8321, or a free one when that is in use)
  --help      this text

Ctrl+C ends the browser's VS Code and its kernels.`;

const folder = inProject("notebooks");
const tutorial = join(folder, "01-first-transfer.ipynb");

async function main(): Promise<number> {
  const options = parseOptions();
  if (options.help) {
    console.log(help);
    return 0;
  }
  await tryNativeQuickly(inProject());
  const code = options.open && !options.browser ? onPath("code") : undefined;
  return code === undefined ? serve(options) : openDesktop(code);
}

interface Options {
  readonly help: boolean;
  readonly browser: boolean;
  readonly open: boolean;
  readonly port: number | undefined;
}

function parseOptions(): Options {
  const { values } = parse();
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw badOption("a port from 0 to 65535", `--port ${values.port}`);
  }
  return { help: values.help, browser: values.browser, open: !values["no-open"], port };
}

function parse() {
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      options: { help: { ...flag, short: "h" }, browser: flag, "no-open": flag, port: { type: "string" } },
    });
  } catch (error) {
    throw badOption("options that npm start knows", messageOf(error));
  }
}

function badOption(expected: string, found: string): GraftError {
  return new GraftError({ code: "script/bad-option", expected, found, remedy: "See npm start -- --help" });
}

async function openDesktop(code: string): Promise<number> {
  await mustRun(code, [`--extensionDevelopmentPath=${inProject()}`, folder, tutorial], { timeoutMs: 60_000 });
  say("✓ opened the lab in VS Code. Its kernel ends some minutes after its window.");
  return 0;
}

async function serve({ port, open }: Options): Promise<number> {
  const lab = await startLab(folder, tutorial, port);
  say("\nThe lab is open to whoever has this address, on this machine only:\n");
  console.log(lab.url);
  say("\nPress Ctrl+C to end it.");
  if (open) openBrowser(lab.url);
  return await untilEnd(lab);
}

/** Only where there is a screen; the address has been printed anyway. */
function openBrowser(url: string): void {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === "linux" && DISPLAY === undefined && WAYLAND_DISPLAY === undefined) {
    say("There is no display here, so no browser was opened.");
    return;
  }
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  const child = spawn(opener, [url], { stdio: "ignore", detached: true });
  child.once("error", () => say(`No browser was opened, because there is no ${opener}.`));
  child.unref();
}

/** Ends the lab by Ctrl+C, by a signal, or when the process that started this one has gone. */
async function untilEnd(lab: Lab): Promise<number> {
  const parent = process.ppid;
  const asked = new Promise<"asked">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve("asked"));
    setInterval(() => {
      if (process.ppid !== parent) resolve("asked");
    }, 1_000).unref();
  });
  const why = await Promise.race([asked, lab.ended.then(() => "by itself" as const)]);
  await lab.stop();
  say(why === "asked" ? "The lab has ended." : "✗ VS Code's server ended by itself.");
  return why === "asked" ? 0 : 1;
}

function onPath(name: string): string | undefined {
  const suffix = process.platform === "win32" ? ".cmd" : "";
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((place) => join(place, `${name}${suffix}`))
    .find((file) => existsSync(file));
}

runScript(main);
