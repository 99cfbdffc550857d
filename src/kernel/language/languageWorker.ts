/**
 * The language worker: tslab's converter behind a message port. It runs beside the cells, so checking and completing go on
 * while a cell computes, and a slow check delays no cell.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type * as tslab from "tslab/dist/converter";
import { CellChecker } from "./cellChecker";
import { extendSystem, type ConverterFolders, type ConverterSystem } from "./converterSystem";
import type { FromLanguage, ToLanguage } from "./languageLink";

const folders = workerData as ConverterFolders;
const port = parentPort!;

/** TypeScript's `sys` must be extended before the converter reads the library through it. */
function createChecker(): CellChecker {
  const require = createRequire(join(folders.distFolder, "languageWorker.js"));
  const requireFromTslab = createRequire(require.resolve("tslab/package.json"));
  const typescript = requireFromTslab("@tslab/typescript-for-tslab") as { readonly sys: ConverterSystem };
  extendSystem(typescript.sys, folders);
  const { createConverter } = require("tslab/dist/converter") as typeof tslab;
  return new CellChecker(createConverter(), folders.notebookFolder);
}

function answer(checker: CellChecker, question: ToLanguage): FromLanguage {
  switch (question.kind) {
    case "check":
      return { kind: "checked", problems: checker.check(question.code, question.gate) };
    case "complete":
      return { kind: "completed", completion: checker.complete(question.code, question.cursor) };
    default:
      return question satisfies never;
  }
}

const checker = createChecker();
port.on("message", ({ id, question }: { readonly id: number; readonly question: ToLanguage }) => {
  port.postMessage({ id, answer: answer(checker, question) });
});
