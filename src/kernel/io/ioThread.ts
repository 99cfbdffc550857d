/**
 * The io thread: owns every socket, so that interrupt, shutdown, completion and live output go on while a cell computes on
 * the main thread. It ends the process by force when the main thread does not come to an end by itself.
 */
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import type { FromIo, IoSetup, Posted } from "../link";
import { openEntrance, type Entrance } from "./entrance";
import { LanguageService } from "./languageService";
import { raiseFlags, raiseSignal } from "../run/interrupts";
import { noteTaken } from "../postWindow";
import { TextReader } from "../textRing";
import { MemoryGuard } from "./memoryGuard";
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
let ending = false;

const router = new Router({
  setup,
  language,
  // Nobody is there before the entrance is open.
  broadcast: (message) => entrance?.broadcast(message),
  toMain,
  interrupt,
  shutdown: () => void shutdown(),
});

let entrance: Entrance | undefined;
const opened = openEntrance(setup.entrance, setup.notebookFolder, {
  onMessage: (message, client) => {
    try {
      router.fromClient(message, client);
    } catch (error) {
      // Content that cannot be passed on, such as JSON nested beyond all measure, must not end the thread.
      console.error(`Dropped a ${message.header.msg_type}: ${(error as Error).message}`);
    }
  },
  onInterrupt: interrupt,
  onShutdown: () => void shutdown(),
  onExpected: () => {
    if (setup.typeErrors !== "off") {
      language.startSoon(warmUpMs);
    }
  },
  onSubscribed: (topic) => router.welcome(topic),
  onGone: (client) => router.forget(client),
  executionState: () => router.executionState,
});

function interrupt(): void {
  toMain({ kind: "interrupt", slot: raiseFlags(setup.flags) });
  if (process.platform !== "win32") {
    clearTimeout(unanswered);
    // Loops inside libraries have no checks; Node can end those that began synchronously in the cell.
    unanswered = setTimeout(() => raiseSignal(setup.flags), politeMs);
  }
}

async function shutdown(): Promise<void> {
  if (ending) {
    return;
  }
  ending = true;
  raiseFlags(setup.flags);
  router.flush();
  setTimeout(() => process.kill(process.pid, "SIGKILL"), shutdownMs);
  await (await opened).close();
  Atomics.store(setup.closed, 0, 1);
  Atomics.notify(setup.closed, 0);
  toMain({ kind: "exit" });
}

/** How long printed text may lie in the ring; it is taken at once when a message follows it. */
const textDelayMs = 3;

const memory = new MemoryGuard();
const reader = new TextReader(setup.text);

function takeText(upTo?: number): void {
  reader.read((source, text) => router.printed(source >> 1, source % 2 === 0 ? "stdout" : "stderr", text), upTo);
}

channel.on("message", take);

function take({ message, textEnd, characters }: Posted): void {
  takeText(textEnd);
  noteTaken(setup.posts, characters);
  switch (message.kind) {
    case "text":
      // Until it is read the writer wakes nobody again: a moment's wait saves a message for each line that is printed.
      setTimeout(takeNewText, textDelayMs);
      break;
    case "interrupted":
      clearTimeout(unanswered);
      break;
    case "end":
      void shutdown();
      break;
    default:
      router.fromMain(message);
      memory.watch(router.executionState === "busy");
  }
}

/** All text that is there now, but none before the messages that were posted before it. */
function takeNewText(): void {
  const end = reader.newEnd();
  for (let next = receiveMessageOnPort(channel); next !== undefined; next = receiveMessageOnPort(channel)) {
    const posted = next.message as Posted;
    take(posted);
    if (((posted.textEnd - end) | 0) >= 0) {
      return;
    }
  }
  takeText(end);
}

async function listen(): Promise<void> {
  entrance = await opened;
  await entrance.listen();
  toMain({ kind: "ready" });
}

listen().catch((error: unknown) => toMain({ kind: "failed", ...failure(error as NodeJS.ErrnoException) }));

function failure({ code, message }: NodeJS.ErrnoException): { readonly code: string; readonly message: string } {
  return { code: code ?? "", message };
}
