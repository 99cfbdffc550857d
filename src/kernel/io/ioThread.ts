/**
 * The io thread: owns every socket, so that interrupt, shutdown, completion and live output go on while a cell computes on
 * the main thread. It ends the process by force when the main thread does not come to an end by itself.
 */
import { workerData } from "node:worker_threads";
import type { FromIo, IoSetup, Posted } from "../link";
import { removeConnectionFile, writeConnectionFile } from "./connectionFile";
import { Gateway } from "./gateway";
import { LanguageService } from "./languageService";
import { raiseFlags } from "../run/interrupts";
import { TextReader } from "../textRing";
import { Router } from "./router";

const setup = workerData as IoSetup;
const { channel } = setup;
const toMain = (message: FromIo): void => channel.postMessage(message);

/** How long compiled checks may take to stop a loop before SIGINT tries, and how long a shutdown may take. */
const politeMs = 100;
const shutdownMs = 1000;
/** The checker starts with the first cell, or this long after the first client came. */
const warmUpMs = 1000;

const language = new LanguageService(setup.notebookFolder);
let unanswered: NodeJS.Timeout | undefined;
let idleTimer: NodeJS.Timeout | undefined;
let ending = false;

const router = new Router({
  setup,
  language,
  broadcast: (message) => gateway.broadcast(message),
  toMain,
  interrupt,
  shutdown: () => void shutdown(),
});

const gateway = new Gateway(setup, {
  onMessage: (message, client) => router.fromClient(message, client),
  onInterrupt: interrupt,
  onShutdown: () => void shutdown(),
  onClients: (count) => {
    watchForIdleness(count);
    if (setup.typeErrors !== "off") {
      language.startSoon(warmUpMs);
    }
  },
  onGone: (client) => router.forget(client),
  executionState: () => router.executionState,
});

function interrupt(): void {
  toMain({ kind: "interrupt", slot: raiseFlags(setup.flags) });
  if (process.platform !== "win32") {
    clearTimeout(unanswered);
    // Loops inside libraries have no checks; Node can end those that began synchronously in the cell.
    unanswered = setTimeout(() => process.kill(process.pid, "SIGINT"), politeMs);
  }
}

async function shutdown(): Promise<void> {
  if (ending) {
    return;
  }
  ending = true;
  raiseFlags(setup.flags);
  router.flush();
  removeConnectionFile(setup.connectionFile);
  setTimeout(() => process.kill(process.pid, "SIGKILL"), shutdownMs);
  await gateway.close();
  toMain({ kind: "exit" });
}

function watchForIdleness(clients: number): void {
  clearTimeout(idleTimer);
  if (clients === 0) {
    idleTimer = setTimeout(() => {
      console.error(`No client for ${setup.idleExitSeconds} s: the kernel ends.`);
      void shutdown();
    }, setup.idleExitSeconds * 1000);
  }
}

const reader = new TextReader(setup.text);

function takeText(upTo?: number): void {
  reader.read((source, text) => router.printed(source >> 1, source % 2 === 0 ? "stdout" : "stderr", text), upTo);
}

channel.on("message", ({ message, textEnd }: Posted) => {
  takeText(textEnd);
  switch (message.kind) {
    case "text":
      takeText();
      break;
    case "interrupted":
      clearTimeout(unanswered);
      break;
    case "end":
      void shutdown();
      break;
    default:
      router.fromMain(message);
  }
});

gateway.listen().then(
  () => {
    writeConnectionFile(setup.connectionFile, {
      url: `http://127.0.0.1:${gateway.port}/`,
      token: setup.token,
      kernelId: setup.kernelId,
      pid: process.pid,
      node: process.versions.node,
      notebookFolder: setup.notebookFolder,
      startedAt: new Date().toISOString(),
    });
    watchForIdleness(0);
    toMain({ kind: "ready" });
  },
  (error: unknown) => toMain({ kind: "failed", ...failure(error as NodeJS.ErrnoException) }),
);

function failure({ code, message }: NodeJS.ErrnoException): { readonly code: string; readonly message: string } {
  return { code: code ?? "", message };
}
