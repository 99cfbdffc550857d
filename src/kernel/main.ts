/**
 * The kernel's entry point. Everything that must go on while a cell computes lives in the io thread, which is started first
 * because it takes the longest; the main thread then runs cells.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { readJupyterConnection } from "../protocol/jupyterConnection";
import { distFolder } from "../shared/distFolder";
import { GraftError } from "../shared/graftError";
import { Kernel } from "./kernel";
import { kernelArguments, type EntranceArguments, type KernelArguments } from "./kernelArguments";
import type { EntranceSetup, FromIo, IoSetup, Posted, ToIo } from "./link";
import { newFlagMemory } from "./run/interrupts";
import { newPostCounters, notePost } from "./postWindow";
import { newTextMemory, TextWriter } from "./textRing";

/** How long an exit waits for the sockets. */
const closingMs = 500;

function start(args: KernelArguments): void {
  process.chdir(args.notebookFolder);
  const { port1: toIo, port2: channel } = new MessageChannel();
  const setup: IoSetup = {
    entrance: entranceSetup(args.entrance),
    notebookFolder: args.notebookFolder,
    typeErrors: args.typeErrors,
    flags: newFlagMemory(),
    text: newTextMemory(),
    closed: new Int32Array(new SharedArrayBuffer(4)),
    posts: newPostCounters(),
    channel,
  };
  const io = new Worker(join(distFolder(), "ioThread.js"), {
    workerData: setup,
    transferList: [channel],
    stdout: true,
    stderr: true,
  });
  // What the other threads say goes to the log, not under a cell.
  for (const stream of [io.stdout, io.stderr]) {
    stream.on("data", (chunk: Buffer) => writeSync(2, chunk));
  }
  io.on("error", (error) => fail(`The io thread failed: ${error.stack ?? error.message}`));

  const text = new TextWriter(setup.text);
  const post = (message: ToIo): void => {
    const characters = charactersOf(message);
    notePost(setup.posts, characters);
    toIo.postMessage({ message, textEnd: text.position, characters } satisfies Posted);
  };
  const kernel = new Kernel({
    notebookFolder: args.notebookFolder,
    checkpointFolder: args.checkpointFolder,
    typeErrors: args.typeErrors,
    flags: setup.flags,
    text,
    post,
    drain: () => {
      for (let next = receiveMessageOnPort(toIo); next !== undefined; next = receiveMessageOnPort(toIo)) {
        kernel.fromIo(next.message as FromIo);
      }
    },
  });
  toIo.on("message", (message: FromIo) => {
    if (message.kind === "failed") {
      fail(couldNotListen(setup.entrance, message.code, message.message).message);
    } else {
      kernel.fromIo(message);
    }
  });
  // However the process ends: last words go out, and no socket is open when its thread is ended.
  process.on("exit", () => {
    post({ kind: "end" });
    Atomics.wait(setup.closed, 0, 0, closingMs);
  });
  kernel.start();
}

function charactersOf(message: ToIo): number {
  switch (message.kind) {
    case "send":
      return message.content.length;
    case "comm":
      return message.buffers.reduce((total, { byteLength }) => total + byteLength, message.data.length);
    default:
      return 0;
  }
}

function entranceSetup(entrance: EntranceArguments): EntranceSetup {
  if (entrance.kind === "gateway") {
    return { ...entrance, token: entrance.token ?? randomBytes(24).toString("hex"), kernelId: randomUUID() };
  }
  const parent = Number(process.env.JPY_PARENT_PID);
  return {
    kind: "zeroMq",
    connection: readJupyterConnection(entrance.connectionFile),
    parentPid: Number.isInteger(parent) && parent > 0 ? parent : undefined,
  };
}

function couldNotListen(entrance: EntranceSetup, code: string, message: string): GraftError {
  const found = code === "EADDRINUSE" ? "another program listening there" : message;
  return entrance.kind === "gateway"
    ? new GraftError({
        code: "kernel/port",
        expected: `port ${entrance.port} on 127.0.0.1 to be free`,
        found,
        remedy: "Leave out --port to take any free port, or name another one",
      })
    : new GraftError({
        code: "kernel/port",
        expected: `the ports of Jupyter's connection file on ${entrance.connection.ip} to be free`,
        found,
        remedy: "Start the kernel again, so that its client chooses other ports",
      });
}

/** Writes past the redirected streams: nobody is connected yet, or nobody can be told any more. */
function fail(text: string): never {
  writeSync(2, `${text}\n`);
  process.exit(1);
}

try {
  start(kernelArguments(process.argv.slice(2)));
} catch (error) {
  fail(error instanceof GraftError ? error.message : String((error as Error).stack));
}
