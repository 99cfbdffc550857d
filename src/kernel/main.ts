/**
 * The kernel's entry point. Everything that must go on while a cell computes lives in the io thread, which is started first
 * because it takes the longest; the main thread then runs cells.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { distFolder } from "../shared/distFolder";
import { GraftError } from "../shared/graftError";
import { Kernel } from "./kernel";
import { kernelArguments, type KernelArguments } from "./kernelArguments";
import type { FromIo, IoSetup, Posted, ToIo } from "./link";
import { newFlagMemory } from "./run/interrupts";
import { newTextMemory, TextWriter } from "./textRing";

function start(args: KernelArguments): void {
  process.chdir(args.notebookFolder);
  const { port1: toIo, port2: channel } = new MessageChannel();
  const setup: IoSetup = {
    connectionFile: args.connectionFile,
    notebookFolder: args.notebookFolder,
    port: args.port,
    token: args.token ?? randomBytes(24).toString("hex"),
    kernelId: randomUUID(),
    idleExitSeconds: args.idleExitSeconds,
    typeErrors: args.typeErrors,
    flags: newFlagMemory(),
    text: newTextMemory(),
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
  const kernel = new Kernel({
    notebookFolder: args.notebookFolder,
    typeErrors: args.typeErrors,
    flags: setup.flags,
    text,
    post: (message: ToIo) => toIo.postMessage({ message, textEnd: text.position } satisfies Posted),
    drain: () => {
      for (let next = receiveMessageOnPort(toIo); next !== undefined; next = receiveMessageOnPort(toIo)) {
        kernel.fromIo(next.message as FromIo);
      }
    },
  });
  toIo.on("message", (message: FromIo) => {
    if (message.kind === "failed") {
      fail(couldNotListen(args.port, message.code, message.message).message);
    } else {
      kernel.fromIo(message);
    }
  });
  kernel.start();
}

function couldNotListen(port: number, code: string, message: string): GraftError {
  return new GraftError({
    code: "kernel/port",
    expected: `port ${port} on 127.0.0.1 to be free`,
    found: code === "EADDRINUSE" ? "another program listening there" : message,
    remedy: "Leave out --port to take any free port, or name another one",
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
