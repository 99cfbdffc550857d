/**
 * `bench -- language`: how long the editor waits for the kernel's language service after a keystroke, with the kernel idle, in an
 * endless loop and while a model trains. No peer answers such questions while a cell computes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "../src/protocol/kernelAddress";
import { KernelClient } from "../src/protocol/kernelClient";
import { LanguageClient } from "../src/protocol/languageClient";
import { launchKernel } from "../src/protocol/launchKernel";
import type { LanguageQuestion } from "../src/shared/languageMessages";
import { machineName, median, rounded, type BenchReport, type BenchRow } from "./benchReport";

export interface LanguageBenchOptions {
  readonly kernelFile: string;
  readonly say: (text: string) => void;
}

const keystrokes = 40;

const prelude = [
  'import { backbones, datasets, graft } from "graft";\nimport * as tf from "@tensorflow/tfjs";',
  'const digits = await datasets.mnist();\nconst model = graft(await backbones.load("fashion-cnn"), { classes: digits.train.classes });',
  ...Array.from({ length: 18 }, (_, i) => `const value${i} = tf.add(tf.ones([${i + 1}, 2]), ${i});\nvalue${i}.shape`),
];

const situations = {
  "kernel idle": undefined,
  "while (true)": "while (true) {}",
  "a model trains": "await model.fineTune(digits.train, { all: true, epochs: 100, plot: false });",
} as const;

/** A question after the `i`-th keystroke: the text is another one each time, so that nothing can be remembered. */
const questions: Readonly<Record<string, (i: number) => LanguageQuestion>> = {
  completion: (i) => ({ kind: "complete", ...cursor(`const key${i} = 1; model.|`) }),
  hover: (i) => ({ kind: "hover", ...cursor(`const key${i} = 1; model.fine|Tune`) }),
  "parameter hints": (i) => ({ kind: "signature", ...cursor(`const key${i} = 1; model.fineTune(|`) }),
};

export async function benchLanguage({ kernelFile, say }: LanguageBenchOptions): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), "graft-bench-"));
  const kernel = await launchKernel({ kernelFile, notebookFolder: folder, runtimeFolder: join(folder, "runtime") });
  const client = await KernelClient.connect(kernel.address);
  client.followProcess(kernel.exited);
  const language = new LanguageClient(client.connection);
  const rows: BenchRow[] = [];
  try {
    const start = performance.now();
    await answered(language, questions.completion!(keystrokes));
    rows.push(row("first completion", [performance.now() - start]));
    for (const cell of prelude.slice(0, 2)) {
      await client.execute(cell).done;
    }
    for (const [situation, code] of Object.entries(situations)) {
      say(situation);
      const busy = code === undefined ? undefined : client.execute(code);
      while (busy !== undefined && client.status !== "busy") {
        await delay(20);
      }
      for (const [name, question] of Object.entries(questions)) {
        const times: number[] = [];
        for (let i = 0; i < keystrokes; i++) {
          const before = performance.now();
          await answered(language, question(i));
          times.push(performance.now() - before);
        }
        const sorted = [...times].sort((a, b) => a - b);
        rows.push(row(`${name}, ${situation}: median`, times));
        rows.push(row(`${name}, ${situation}: 95 of 100`, [sorted[Math.floor(0.95 * sorted.length)]!]));
      }
      if (busy !== undefined) {
        if (client.status !== "busy") {
          throw new Error(`The cell of "${situation}" ended before the questions did.`);
        }
        await client.interrupt();
        await busy.done;
      }
    }
  } finally {
    language.dispose();
    await client.shutdown();
    while (isAlive(kernel.address.pid)) {
      await delay(10); // The child process does not keep this one alive, so its exit cannot be awaited.
    }
    rmSync(folder, { recursive: true, force: true });
  }
  const notes = [
    `A notebook of ${prelude.length + 1} cells that imports graft and tfjs; ${keystrokes} keystrokes each.`,
  ];
  return { bench: "language", machine: machineName(), rows, notes };
}

async function answered(language: LanguageClient, question: LanguageQuestion): Promise<void> {
  if ((await language.ask(question)) === undefined) {
    throw new Error(`The language service had no answer to ${question.kind}.`);
  }
}

function cursor(text: string): { readonly cells: readonly string[]; readonly offset: number } {
  return { cells: [...prelude, text.replace("|", "")], offset: text.indexOf("|") };
}

function row(what: string, times: readonly number[]): BenchRow {
  return { what, unit: "ms", graft: rounded(median(times)), peers: {} };
}
