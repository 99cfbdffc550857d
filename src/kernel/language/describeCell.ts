/** What is known of a place in a cell: hover, parameter hints, Jupyter's inspection. */
import type { LanguageAnswer } from "../../shared/languageMessages";
import type { CellProgram } from "./cellProgram";
import { describeSignature, describeSymbol } from "./describeSymbol";
import type { Inspection } from "./languageLink";

/** Longest declaration that an inspection shows. */
const mostDeclarationLines = 80;

export function hoverCell(program: CellProgram, path: string, offset: number): LanguageAnswer | undefined {
  const info = program.service().getQuickInfoAtPosition(path, offset);
  if (info === undefined) {
    return undefined;
  }
  const { start, length } = info.textSpan;
  return { kind: "hover", start, end: start + length, description: describeSymbol(info) };
}

export function signatureOfCell(program: CellProgram, path: string, offset: number): LanguageAnswer | undefined {
  const help = program.service().getSignatureHelpItems(path, offset, undefined);
  return help === undefined
    ? undefined
    : {
        kind: "signature",
        signatures: help.items.map(describeSignature),
        activeSignature: help.selectedItemIndex,
        activeParameter: help.argumentIndex,
      };
}

/** The name at the place; between the parentheses of a call, the function that is called. */
export function inspectCell(program: CellProgram, path: string, offset: number): Inspection | undefined {
  const info = program.service().getQuickInfoAtPosition(path, offset);
  if (info !== undefined) {
    return { ...describeSymbol(info), declaration: declarationAt(program, path, offset) };
  }
  const help = program.service().getSignatureHelpItems(path, offset, undefined);
  const item = help?.items[help.selectedItemIndex];
  if (item === undefined) {
    return undefined;
  }
  const { label, documentation, parameters } = describeSignature(item);
  const described = parameters.flatMap(({ label: name, documentation: text }) =>
    text === "" ? [] : [`\`${name}\` — ${text}`],
  );
  return {
    signature: label,
    documentation: [documentation, ...described].filter((text) => text !== "").join("\n\n"),
    declaration: undefined,
  };
}

function declarationAt(program: CellProgram, path: string, offset: number): string | undefined {
  const definition = program.service().getDefinitionAtPosition(path, offset)?.[0];
  if (definition === undefined) {
    return undefined;
  }
  const { start, length } = definition.contextSpan ?? definition.textSpan;
  const { text } = program.sourceFile(definition.fileName);
  const lines = text.slice(start, start + length).split("\n");
  return lines.length > mostDeclarationLines
    ? [...lines.slice(0, mostDeclarationLines), "…"].join("\n")
    : lines.join("\n");
}
