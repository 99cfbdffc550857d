/**
 * `npm run notebooks:refresh`: runs the tutorials and writes what they show into the committed notebooks: pictures as SVG, the rest as text, so that they
 * stay small, can be read on GitHub, and differ where their results do. The picture of each goes to `media/tutorials/`, for the page of the course.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Notebook, type NotebookOutput, tagsOf } from "../src/cli/notebook";
import { readNotebook, writeNotebook } from "../src/cli/notebookFile";
import { replaceFile } from "../src/lab/data/atomicFile";
import { inProject } from "./project";
import { runScript } from "./runScript";
import { runTutorial, tutorialFiles, tutorialName, twoAtATime } from "./tutorials";

const keptTypes = ["image/svg+xml", "text/plain"];
/** Larger pictures, of many photographs, are left out; their text stays. */
const largest = 256 * 1024;

async function main(): Promise<number> {
  const folder = inProject(".test-output", "refresh");
  const pictures = inProject("media", "tutorials");
  await mkdir(folder, { recursive: true });
  await mkdir(pictures, { recursive: true });
  await twoAtATime(await tutorialFiles(process.argv.slice(2)), async (file) => {
    const executed = await runTutorial(file, { output: join(folder, file) });
    const source = inProject("notebooks", file);
    await writeNotebook(source, withOutputs(await readNotebook(source), executed));
    const picture = pictureOf(executed);
    const target = join(pictures, `${tutorialName(file)}.svg`);
    if (picture !== undefined) await replaceFile(target, (handle) => handle.writeFile(picture));
    console.log(`${file}: refreshed`);
  });
  return 0;
}

/** The notebook with the outputs of its run, without what changes from run to run and says nothing. */
function withOutputs(notebook: Notebook, executed: Notebook): Notebook {
  const cells = notebook.cells.map((cell) => {
    const outputs = executed.cells.find(({ id }) => id === cell.id)?.outputs;
    return cell.cell_type === "code" ? { ...cell, outputs: (outputs ?? []).map(kept) } : cell;
  });
  return { ...notebook, cells };
}

function kept(output: NotebookOutput): NotebookOutput {
  const { execution_count: counted, ...rest } = output;
  const count = counted === undefined ? {} : { execution_count: null };
  if (typeof output.data !== "object" || output.data === null) return { ...rest, ...count };
  const data = Object.fromEntries(
    Object.entries(output.data).filter(
      ([type, value]) => keptTypes.includes(type) && JSON.stringify(value).length <= largest,
    ),
  );
  return { ...rest, ...count, data, metadata: {} };
}

/** What the cell tagged `picture` shows. */
function pictureOf({ cells }: Notebook): string | undefined {
  const cell = cells.find((candidate) => tagsOf(candidate).includes("picture"));
  const svg = cell?.outputs
    ?.map(({ data }) => (data as Readonly<Record<string, unknown>> | undefined)?.["image/svg+xml"])
    .findLast((value) => value !== undefined);
  return Array.isArray(svg) ? svg.join("") : (svg as string | undefined);
}

runScript(main);
