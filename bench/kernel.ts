/**
 * `bench -- kernel`: how long until a kernel is ready, its first cell, and what small cells cost after that. Graft and its
 * peers are asked over ZeroMQ by one client; Graft a second time over its own WebSocket, as the editor asks it.
 */
import { typescriptCells, type BenchCells, type BenchKernel, type Contender } from "./benchKernel";
import { machineName, median, rounded, type BenchReport, type BenchRow } from "./benchReport";
import { findPeers } from "./peers";
import { startGraft } from "./webSocketKernel";
import { startZeroMqKernel } from "./zeroMqKernel";

export interface KernelBenchOptions {
  readonly kernelFile: string;
  readonly cacheFolder: string;
  readonly say: (text: string) => void;
}

const rounds = 7;
const repeats = 60;
const printings = 5;

const measures = {
  ready: "kernel ready",
  first: "first cell, 1+1",
  sum: "1+1",
  declaration: "a declaration",
  lines: "2000 printed lines",
} as const;

type Times = Record<keyof typeof measures, number[]>;

/** Rounds are interleaved, so that a change of the machine's mood meets all contenders. */
export async function benchKernel({ kernelFile, cacheFolder, say }: KernelBenchOptions): Promise<BenchReport> {
  const jupyterMode = [process.execPath, kernelFile, "--jupyter-connection-file", "{connection_file}"];
  const ours: readonly Contender[] = [
    { name: "graft", start: () => startZeroMqKernel(jupyterMode), cells: typescriptCells },
    { name: "graft, WebSocket", start: () => startGraft(kernelFile), cells: typescriptCells },
  ];
  const times = new Map<string, Times>();
  const left = new Map<string, string>();
  const contenders = [...ours, ...(await findPeers(cacheFolder, say))];
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    for (const contender of contenders) {
      if ("missing" in contender) {
        left.set(contender.name, contender.missing);
      } else if (!left.has(contender.name)) {
        const own = times.get(contender.name) ?? { ready: [], first: [], sum: [], declaration: [], lines: [] };
        times.set(contender.name, own);
        try {
          await measure(contender.start, contender.cells, own);
        } catch (error) {
          if (ours.includes(contender)) {
            throw error;
          }
          left.set(contender.name, (error as Error).message);
          times.delete(contender.name);
        }
      }
    }
  }
  return {
    bench: "kernel",
    machine: machineName(),
    rows: Object.entries(measures).map(([key, what]) => rowOf(what, key as keyof Times, times)),
    notes: [
      `Medians of ${rounds} interleaved rounds; cells: ${repeats} a round, from request to reply and idle. All over ZeroMQ with one client, except "graft, WebSocket".`,
      ...[...left].map(([name, why]) => `Left out: ${name} (${why}).`),
    ],
  };
}

function rowOf(what: string, key: keyof Times, times: ReadonlyMap<string, Times>): BenchRow {
  const values = [...times].map(([name, own]) => [name, rounded(median(own[key]))] as const);
  return {
    what,
    unit: "ms",
    graft: rounded(median(times.get("graft")![key])),
    peers: Object.fromEntries(values.filter(([name]) => name !== "graft")),
  };
}

async function measure(start: () => Promise<BenchKernel>, cells: BenchCells, times: Times): Promise<void> {
  const before = performance.now();
  const kernel = await start();
  try {
    times.ready.push(performance.now() - before);
    times.first.push(await timed(kernel, cells.sum));
    for (let i = 0; i < repeats; i++) {
      times.sum.push(await timed(kernel, cells.sum));
      times.declaration.push(await timed(kernel, cells.declaration(i)));
    }
    for (let i = 0; i < printings; i++) {
      times.lines.push(await timed(kernel, cells.lines));
    }
  } finally {
    await kernel.end();
  }
}

async function timed(kernel: BenchKernel, code: string): Promise<number> {
  const before = performance.now();
  await kernel.execute(code);
  return performance.now() - before;
}
