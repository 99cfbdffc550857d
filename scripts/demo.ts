/**
 * `npm run demo`: runs tutorial 01 from top to bottom through the real kernel, keeps the executed notebook and prints what
 * its comparison says. `--json` puts the rows on the last line of stdout, for programs.
 */
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readNotebook } from "../src/cli/notebookFile";
import type { ComparisonFigure } from "../src/shared/figure";
import { GraftError } from "../src/shared/graftError";
import { comparisonJson, comparisonTable, findComparison } from "./comparisonTable";
import { runScript } from "./runScript";
import { inProject } from "./project";
import { spawnAttached } from "../src/cli/runProgram";

const tutorial = inProject("notebooks", "01-first-transfer.ipynb");
/** The tutorial itself takes fewer of both, so that nobody waits for minutes. */
const headline = { seed: 0, seeds: 10, tested: 10_000 };
const help = `npm run demo [-- --json] [-- -o FILE]

Runs notebooks/01-first-transfer.ipynb without a window, over ten seeds and all test digits, and prints, for each strategy and number of labels,
the test accuracy over the seeds with its 95 % interval, the gain over training from scratch, and the seconds of one training.

  --json       the rows as JSON on the last line
  -o FILE      where the executed notebook goes (default: notebooks/01-first-transfer.executed.ipynb)`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean" },
      output: { type: "string", short: "o" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const output = resolve(values.output ?? tutorial.replace(/\.ipynb$/, ".executed.ipynb"));
  const parameters = Object.entries(headline).flatMap(([name, value]) => ["-p", `${name}=${value}`]);
  const command = [inProject("dist", "cli.js"), "run", tutorial, "-o", output, ...parameters];
  const code = await spawnAttached(process.execPath, command);
  if (code !== 0) {
    return code;
  }
  const figure = await readComparison(output);
  console.log(`\n${comparisonTable(figure)}\n\nThe executed notebook: ${relative(process.cwd(), output)}`);
  if (values.json === true) console.log(comparisonJson(figure));
  return 0;
}

async function readComparison(file: string): Promise<ComparisonFigure> {
  const figure = findComparison(await readNotebook(file));
  if (figure === undefined) {
    throw new GraftError({
      code: "demo/no-comparison",
      expected: "a finished comparison of strategies among the notebook's outputs",
      found: `none in ${file}`,
      remedy: "Look at the executed notebook; its cell with compareStrategies should show one",
    });
  }
  return figure;
}

runScript(main);
