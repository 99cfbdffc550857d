/**
 * What VS Code shows of an error. Its error renderer prints `stack`, turns lines that begin with `Cell In[3], line 5` into
 * links to the cell that ran as number 3, and links the line numbers of an excerpt below to the cell named last above.
 * So the kernel's frames are put into that form, and its excerpt right below the frame that it shows.
 */
import type { ErrorContent } from "../../protocol/message";

/** `    at scale (Cell [3], line 5, column 7)`, dimmed or not. */
const frame = /^(?:\u001b\[\d+m)?\s*at (?:.*? \()?Cell \[(\d+)\], line (\d+), column \d+\)?(?:\u001b\[0m)?$/;
/** `> 5 | x();` or `    |  ^` */
const excerpt = /^[> ] +\d* \|/;

export function errorStack({ ename, evalue, traceback }: ErrorContent): string {
  const lines = linkable(traceback.join("\n").split("\n"));
  if (lines.join("").trim() === "") {
    return evalue === "" ? ename : `${ename}: ${evalue}`;
  }
  return lines.join("\n");
}

function linkable(lines: readonly string[]): readonly string[] {
  const out: string[] = [];
  /** Where an excerpt goes: behind the first frame of the group that was read last. */
  let firstFrameEnd = 0;
  let inFrames = false;
  for (const line of lines) {
    const [, count, number] = frame.exec(line) ?? [];
    if (count !== undefined && number !== undefined) {
      out.push(`Cell In[${count}], line ${number}`);
      firstFrameEnd = inFrames ? firstFrameEnd : out.length;
      inFrames = true;
    } else if (excerpt.test(line) && firstFrameEnd > 0) {
      out.splice(firstFrameEnd++, 0, line);
      inFrames = false;
    } else {
      out.push(line);
      inFrames = false;
      firstFrameEnd = 0;
    }
  }
  return out;
}
