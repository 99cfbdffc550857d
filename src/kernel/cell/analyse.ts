/**
 * The syntax tree of JavaScript code (types already stripped) with its scopes, and a walk over it. Offsets are UTF-16 code
 * units.
 */
import { analyze, type Variable } from "eslint-scope";
import { parseSync, visitorKeys, type Node } from "oxc-parser";
import { toProblem } from "./oxcProblem";

export interface Analysis {
  readonly body: readonly Node[];
  readonly program: Node;
  /** Names that the code declares at its top level. */
  readonly topLevel: readonly Variable[];
  /** Uses of names that the code does not declare. */
  readonly free: readonly { readonly name: string; readonly start: number; readonly writes: boolean }[];
}

/** Throws `SyntaxProblem`. */
export function analyse(code: string): Analysis {
  const parsed = parseSync("cell.js", code, {
    lang: "js",
    sourceType: "module",
    preserveParens: false,
    range: true,
  });
  const error = parsed.errors[0];
  if (error !== undefined) {
    throw toProblem(error, code);
  }
  const program = parsed.program;
  const manager = analyze(program as unknown as Parameters<typeof analyze>[0], {
    ecmaVersion: 2022,
    sourceType: "module",
    ignoreEval: true,
  });
  const global = manager.scopes[0]!;
  const module = global.childScopes[0];
  return {
    program,
    body: program.body,
    topLevel: module?.variables ?? [],
    free: global.through.map((reference) => ({
      name: reference.identifier.name,
      start: startOf(reference.identifier),
      writes: reference.isWrite(),
    })),
  };
}

export function startOf(node: unknown): number {
  return (node as Node).start;
}

/** Visits every node, parents first. */
export function walk(node: Node, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  visit(node, parent);
  for (const key of visitorKeys[node.type] ?? []) {
    const child = (node as unknown as Record<string, unknown>)[key];
    if (Array.isArray(child)) {
      for (const item of child as (Node | null)[]) {
        if (item !== null) {
          walk(item, visit, node);
        }
      }
    } else if (typeof child === "object" && child !== null) {
      walk(child as Node, visit, node);
    }
  }
}
