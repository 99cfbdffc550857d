import type { SelectionAnswer } from "../../shared/selectionMessages";

interface SelectionState {
  /** Of a search; undefined: nothing is searched for. */
  readonly found: number | undefined;
  readonly selected: number;
  readonly size: number;
  /** Whether this front end has a way to the kernel. */
  readonly linked: boolean;
  readonly answer: SelectionAnswer | undefined;
}

/** What stands under a map about its selection, and what to do with it. */
export function selectionWords({ found, selected, size, linked, answer }: SelectionState): string {
  const of = (n: number) => `${n.toLocaleString("en")} of ${size.toLocaleString("en")}`;
  if (found !== undefined) return found === 0 ? "Nothing found." : `${of(found)} found. Enter selects them.`;
  if (selected === 0) return "";
  const chosen = `${of(selected)} selected.`;
  if (!linked) return `${chosen} Selections reach the notebook in VS Code only.`;
  switch (answer?.kind) {
    case undefined:
      return chosen;
    case "taken":
      return answer.variable === undefined
        ? `${chosen} To use them, keep the map in a variable: const plot = await show.embedding(…)`
        : `${chosen} In a cell: await ${answer.variable}.selection()`;
    case "unknownMap":
      return `${chosen} The kernel no longer has this map: run its cell again to use selections.`;
    case "noKernel":
      return `${chosen} No kernel runs: run the map's cell again to use selections.`;
  }
}
