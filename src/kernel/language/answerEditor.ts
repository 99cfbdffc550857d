/** Answers what editors ask about the cells of a notebook, whether they have run or not. */
import type { LanguageAnswer, LanguageQuestion } from "../../shared/languageMessages";
import type { TypeProblem } from "../../shared/typeProblem";
import type { CellProgram } from "./cellProgram";
import { cellProblems } from "./cellProblems";
import { completeCell, describeCandidate } from "./completeCell";
import { hoverCell, signatureOfCell } from "./describeCell";

const chain = "notebook";

/** `isUrgent`: something else waits. Undefined when there is nothing to say. */
export function answerEditor(
  program: CellProgram,
  question: LanguageQuestion,
  isUrgent: () => boolean,
): LanguageAnswer | "postponed" | undefined {
  setCells(program, question);
  const path = program.files(chain)[question.cells.length - 1];
  if (path === undefined) {
    return question.kind === "diagnose" ? { kind: "diagnose", problems: [] } : undefined;
  }
  switch (question.kind) {
    case "complete":
      return completeCell(program, path, question.offset, question.trigger);
    case "describe": {
      const description = describeCandidate(program, path, question.offset, question.name);
      return description && { kind: "describe", description };
    }
    case "hover":
      return hoverCell(program, path, question.offset);
    case "signature":
      return signatureOfCell(program, path, question.offset);
    case "diagnose":
      return diagnose(program, isUrgent);
    default:
      return question satisfies never;
  }
}

/** Only `diagnose` tells of all cells: the others leave those behind theirs as they were. */
function setCells(program: CellProgram, { kind, cells }: LanguageQuestion): void {
  const rest =
    kind === "diagnose"
      ? []
      : program
          .files(chain)
          .slice(cells.length)
          .map((path) => program.textOf(path));
  program.setChain(
    chain,
    [...cells, ...rest].map((text, key) => ({ key, text })),
  );
}

function diagnose(program: CellProgram, isUrgent: () => boolean): LanguageAnswer | "postponed" {
  const problems: (readonly TypeProblem[])[] = [];
  for (const path of program.files(chain)) {
    if (isUrgent()) {
      return "postponed";
    }
    problems.push(cellProblems(program, path));
  }
  return { kind: "diagnose", problems };
}
