/**
 * The language worker: the language service of tslab's TypeScript behind a message port. It runs beside the cells, so it
 * answers while one computes, and a slow check delays no cell.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { answerEditor } from "./answerEditor";
import { CellProgram, type TypeScript } from "./cellProgram";
import { completeCell } from "./completeCell";
import { inspectCell } from "./describeCell";
import { ExecutedCells } from "./executedCells";
import type { ConsoleQuestion, FromLanguage, LanguageSetup, ToLanguage } from "./languageLink";

const setup = workerData as LanguageSetup;
const port = parentPort!;

const require = createRequire(join(setup.distFolder, "languageWorker.js"));
const requireFromTslab = createRequire(require.resolve("tslab/package.json"));
const typescriptFile = requireFromTslab.resolve("@tslab/typescript-for-tslab");
const program = new CellProgram(requireFromTslab(typescriptFile) as TypeScript, setup, dirname(typescriptFile));
const executed = new ExecutedCells(program);

function answer(question: ToLanguage): FromLanguage | undefined {
  switch (question.kind) {
    case "ran":
      executed.add(question.cell, question.willBeChecked);
      return undefined;
    case "skip":
      executed.skip(question.index);
      return undefined;
    case "check": {
      const problems = executed.check(question.index, question.gate);
      return { kind: "checked", problems, unreachable: executed.takeUnreachable() };
    }
    case "tidy":
      return { kind: "tidied", unreachable: executed.takeUnreachable() };
    case "editor": {
      const found = answerEditor(program, question.question, () => Atomics.load(setup.urgent, 0) > 0);
      return found === "postponed" ? { kind: "postponed" } : { kind: "editor", answer: found };
    }
    case "console":
      return answerConsole(question.question);
    default:
      return question satisfies never;
  }
}

function answerConsole({ kind, code, offset }: ConsoleQuestion): FromLanguage {
  return executed.behind(code, (path) =>
    kind === "complete"
      ? { kind: "completed", completion: completeCell(program, path, offset) }
      : { kind: "inspected", inspection: inspectCell(program, path, offset) },
  );
}

// Reads the standard library and the declarations of "graft", so that the first answer need not.
program.service();
port.on("message", (question: ToLanguage) => {
  try {
    const found = answer(question);
    if (found !== undefined) {
      port.postMessage(found);
    }
  } catch (error) {
    // A defect of the checker on one text must not take the answers to all later ones with it.
    console.error("The language service failed on a question; it stays unanswered.", error);
    if (question.kind !== "ran" && question.kind !== "skip") {
      port.postMessage({ kind: "failed" } satisfies FromLanguage);
    }
  }
});
