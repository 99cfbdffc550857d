import type { ExamplesFigure } from "../../../shared/figures/examplesFigure";
import { tableLines } from "./tableLines";
import { textBeginning } from "./textBeginning";

export function examplesLines({ examples }: ExamplesFigure): string[] {
  return tableLines(
    ["example", "labelled", ""],
    examples.map(({ index, labelled, picture }) => [String(index), labelled, textBeginning(picture)]),
  );
}
