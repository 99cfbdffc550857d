/** The cell that takes up a checkpoint, as text that a person can read, edit and run again. */
import { basename } from "node:path";
import type { CheckpointDescription } from "../../shared/sessionState";

/** `all`: every checkpoint of the notebook; a name stands for the newest one of that variable. */
export function restoreCell(checkpoint: CheckpointDescription, all: readonly CheckpointDescription[]): string {
  const { variable, file } = checkpoint;
  const newest = [...all]
    .filter((other) => other.variable === variable)
    .sort((a, b) => Date.parse(b.savedAt) - Date.parse(a.savedAt))[0];
  const isNewest = variable !== undefined && (newest === undefined || newest.file === file);
  const name = variable ?? "model";
  return `import { checkpoints } from "graft";

const ${name} = await checkpoints.restore(${JSON.stringify(isNewest ? variable : basename(file))});
console.log(${name}.summary());`;
}
