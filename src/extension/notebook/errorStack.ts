/**
 * What VS Code shows of an error. Its error renderer prints `stack` and turns lines that begin with
 * `Cell In[3], line 5` into links to the cell that ran as number 3, so the kernel's frames are put into that form.
 */
import type { ErrorContent } from "../../protocol/message";

const frame = /^\s*at (?:.*? \()?(?:Cell In ?)\[(\d+)\](?:, line |:)(\d+)(?::\d+)?\)?\s*$/;

export function errorStack({ ename, evalue, traceback }: ErrorContent): string {
  const lines = traceback.join("\n").split("\n").map(linkable);
  const headline = evalue === "" ? ename : `${ename}: ${evalue}`;
  const text = lines.join("\n");
  return text.includes(headline.split("\n")[0] ?? "") ? text : [headline, ...lines].join("\n").trimEnd();
}

function linkable(line: string): string {
  const [, count, number] = frame.exec(line) ?? [];
  return count === undefined || number === undefined ? line : `Cell In[${count}], line ${number}`;
}
