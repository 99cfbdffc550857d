/** `bench -- start`: how long until a kernel is ready, its first cell, and `1+1` after that. */
import type { BenchKernel, Contender } from "./benchKernel";
import { machineName, median, rounded, type BenchReport, type BenchRow } from "./benchReport";
import { findPeers } from "./peers";
import { startGraft } from "./webSocketKernel";

export interface StartBenchOptions {
  readonly kernelFile: string;
  readonly cacheFolder: string;
  readonly say: (text: string) => void;
}

const rounds = 5;
const repeats = 100;

interface Times {
  readonly ready: number[];
  readonly first: number[];
  readonly cell: number[];
}

/** Rounds are interleaved, so that a change of the machine's mood meets all contenders. */
export async function benchStart({ kernelFile, cacheFolder, say }: StartBenchOptions): Promise<BenchReport> {
  const graft: Contender = { name: "graft", start: () => startGraft(kernelFile) };
  const contenders = [graft, ...(await findPeers(cacheFolder, say))];
  const times = new Map<string, Times>();
  const left = new Map<string, string>();
  for (const contender of contenders) {
    if ("missing" in contender) {
      left.set(contender.name, contender.missing);
    } else {
      times.set(contender.name, { ready: [], first: [], cell: [] });
    }
  }
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    for (const contender of contenders) {
      if ("start" in contender && !left.has(contender.name)) {
        try {
          await measure(contender.start, times.get(contender.name)!);
        } catch (error) {
          if (contender.name === "graft") {
            throw error;
          }
          left.set(contender.name, (error as Error).message);
          times.delete(contender.name);
        }
      }
    }
  }
  const missing = [...left].map(([name, why]) => `${name}: ${why}`).join("; ");
  const note = missing === "" ? undefined : `left out: ${missing}`;
  const row = (what: string, of: keyof Times): BenchRow => ({
    what,
    unit: "ms",
    graft: rounded(median(times.get("graft")![of])),
    peers: Object.fromEntries(
      [...times].filter(([name]) => name !== "graft").map(([name, values]) => [name, rounded(median(values[of]))]),
    ),
    ...(note === undefined ? {} : { note }),
  });
  const rows = [row("kernel ready", "ready"), row("first cell", "first"), row("1+1", "cell")];
  return { bench: "start", machine: machineName(), rows };
}

async function measure(start: () => Promise<BenchKernel>, times: Times): Promise<void> {
  const before = performance.now();
  const kernel = await start();
  try {
    times.ready.push(performance.now() - before);
    times.first.push(await timed(kernel));
    for (let i = 0; i < repeats; i++) {
      times.cell.push(await timed(kernel));
    }
  } finally {
    await kernel.end();
  }
}

async function timed(kernel: BenchKernel): Promise<number> {
  const before = performance.now();
  await kernel.execute("1+1");
  return performance.now() - before;
}
