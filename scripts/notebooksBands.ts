/**
 * `npm run notebooks:bands`: runs the tutorials with one seed after the other and writes what their key numbers come to into `notebooks/bands.json` and
 * into the table of the README.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { replaceFile } from "../src/lab/data/atomicFile";
import { asRecorded, type Bands, bandOf, bandsFile, type KeyNumbers, keyNumbersOf, readBands } from "./keyNumbers";
import { mustRun } from "../src/cli/runProgram";
import { inProject } from "./project";
import { runScript } from "./runScript";
import { runTutorial, tutorialFiles, tutorialName, twoAtATime } from "./tutorials";
import { type TutorialRow, withTutorialTable } from "./tutorialTable";

const help = `npm run notebooks:bands [-- NAME… --seeds 10]

Runs each tutorial (or those with NAME in their file's name) with seeds 1 to --seeds, by the kernel. What each key number comes to goes into
notebooks/bands.json, the headline numbers into the table of the README. A quarter of an hour a tutorial.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seeds: { type: "string", default: "10" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
  const folder = inProject(".test-output", "bands");
  await mkdir(folder, { recursive: true });
  let bands: Bands = await readBands();
  for (const file of await tutorialFiles(positionals)) {
    const name = tutorialName(file);
    const runs = await twoAtATime(seeds, async (seed): Promise<KeyNumbers> => {
      const output = join(folder, `${name}.${seed}.ipynb`);
      const numbers = keyNumbersOf(await runTutorial(file, { output, parameters: { seed } }));
      console.log(`${name}, seed ${seed}: ${JSON.stringify(numbers)}`);
      return numbers;
    });
    const numbers = Object.fromEntries(
      Object.keys(runs[0]!).map((key) => [key, bandOf(runs.map((run) => run[key] ?? Number.NaN))]),
    );
    bands = rounded({ ...bands, [name]: { seeds: seeds.length, numbers } });
    await write(bandsFile, JSON.stringify(Object.fromEntries(Object.entries(bands).sort())));
  }
  const readme = inProject("README.md");
  await write(readme, withTutorialTable(await readFile(readme, "utf8"), await tutorialList(), bands));
  return 0;
}

async function write(file: string, text: string): Promise<void> {
  await replaceFile(file, (handle) => handle.writeFile(text));
  await mustRun(process.execPath, [inProject("node_modules", "prettier", "bin", "prettier.cjs"), "--write", file]);
}

async function tutorialList(): Promise<readonly TutorialRow[]> {
  return JSON.parse(await readFile(inProject("notebooks", "tutorials.json"), "utf8")) as readonly TutorialRow[];
}

/** As the file has them: the table is made of what the file says. */
function rounded(bands: Bands): Bands {
  const short = (_: string, value: unknown) => (typeof value === "number" ? asRecorded(value) : value);
  return JSON.parse(JSON.stringify(bands, short)) as Bands;
}

runScript(main);
