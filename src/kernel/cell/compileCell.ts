/**
 * A cell's text to code that can run: types stripped, top-level names turned into bindings of the notebook, the last
 * expression kept, everything stoppable. Imports are not part of the code: they are listed, to be loaded before it runs.
 * Costs about a millisecond and touches nothing outside itself.
 */
import MagicString from "magic-string";
import type { Node } from "oxc-parser";
import { analyse, walk, type Analysis } from "./analyse";
import type { BindingKind, NotebookScope } from "./binding";
import { guardNode, runtimeNames, unusedPrefix, type RuntimeNames } from "./guardCode";
import { importsOf, type ModuleImport } from "./importsOf";
import { PositionMap } from "./positionMap";
import { keepFunctionName, renameReferences } from "./renameReferences";
import { stripTypes, type StrippedCode } from "./stripTypes";
import { SyntaxProblem } from "./syntaxProblem";

export interface CompiledCell {
  /** An async arrow function that takes one `CellRuntime`. Begins in the first line; lines are those of `positions`. */
  readonly code: string;
  readonly imports: readonly ModuleImport[];
  /** Names that the code reaches as bindings, in the order in which the runtime passes them. */
  readonly names: readonly string[];
  readonly declared: ReadonlyMap<string, BindingKind>;
  /** Names of the notebook that the code reads or assigns and does not declare. The kernel's own are not among them. */
  readonly uses: readonly string[];
  /** False when the code reaches no code but its own: it calls nothing and iterates over nothing. */
  readonly calls: boolean;
  readonly positions: PositionMap;
}

const callingNodes: ReadonlySet<string> = new Set([
  "CallExpression",
  "NewExpression",
  "TaggedTemplateExpression",
  "ImportExpression",
  "SpreadElement",
  "ArrayPattern",
  "ForOfStatement",
  "YieldExpression",
  "AwaitExpression",
]);

/** Throws `SyntaxProblem`, with lines and columns of the text. */
export function compileCell(text: string, fileName: string, scope: NotebookScope): CompiledCell {
  const stripped = stripTypes(text, fileName);
  const analysis = withoutMadeNames(analyse(stripped.code), text);
  const edits = new MagicString(stripped.code);
  const positions = new PositionMap(text, stripped, edits);
  // Two prefixes, so that a binding named `flag` is not taken for the runtime's.
  const prefix = unusedPrefix(stripped.code, "$g_");
  const runtimePrefix = unusedPrefix(stripped.code, "$k_");
  const runtime = runtimeNames(runtimePrefix);

  const declared = declaredNames(analysis);
  const { names, free } = renameReferences({ analysis, edits, scope, declared, prefix });
  const removed = new Set<Node>();
  const imports = importsOf(analysis.body, edits, removed);
  rewriteDeclarations(analysis, edits, prefix);
  rewriteExports(analysis.body, edits, removed, positions);
  keepLastExpression(visibleBody(analysis.body, stripped), edits, removed, `${runtimePrefix}result.v`);
  let calls = imports.length > 0;
  walk(analysis.program, (node) => {
    calls ||= callingNodes.has(node.type);
    guardNode(node, edits, runtime);
  });

  const { code, offset } = wrapInFunction(edits.toString(), {
    names,
    runtime,
    prefix,
    runtimePrefix,
    hoisted: hoistedNames(analysis),
  });
  positions.firstLineOffset = offset;
  const uses = free.filter((name) => !scope.isProvided(name));
  return { code, imports, names, declared, uses, calls, positions };
}

/** Variables that the lowering of `using` has put in are none of the notebook. */
function withoutMadeNames(analysis: Analysis, text: string): Analysis {
  return { ...analysis, topLevel: analysis.topLevel.filter(({ name }) => text.includes(name)) };
}

function declaredNames({ topLevel }: Analysis): Map<string, BindingKind> {
  return new Map(
    topLevel.map(({ name, defs }) => {
      const parent = defs[0]?.parent as Node | null | undefined;
      const variable = parent?.type === "VariableDeclaration" && parent.kind !== "let" && parent.kind !== "var";
      return [name, variable || defs[0]?.type === "ImportBinding" ? "const" : "variable"];
    }),
  );
}

interface Hoisted {
  readonly functions: readonly string[];
  readonly vars: readonly string[];
}

function hoistedNames({ topLevel }: Analysis): Hoisted {
  const functions: string[] = [];
  const vars: string[] = [];
  for (const { name, defs } of topLevel) {
    const definition = defs.at(-1);
    const parent = definition?.parent as Node | null | undefined;
    if (definition?.type === "FunctionName") {
      functions.push(name);
    } else if (parent?.type === "VariableDeclaration" && parent.kind === "var") {
      vars.push(name);
    }
  }
  return { functions, vars };
}

/** `const a = 1, { b } = f()` becomes `$g_a.v = 1, ({ b: $g_b.v } = f())`; the names inside are already renamed. */
function rewriteDeclarations({ topLevel, program }: Analysis, edits: MagicString, prefix: string): void {
  const declarations = new Set<Node>();
  for (const { defs } of topLevel) {
    for (const { type, node, parent, name } of defs) {
      if (type === "Variable") {
        declarations.add(parent as unknown as Node);
      } else if (type === "ClassName") {
        edits.appendRight((node as unknown as Node).start, `${prefix}${name.name}.v = `);
        edits.prependLeft((node as unknown as Node).end, ";");
      }
    }
  }
  const loops = loopHeads(program, declarations);
  for (const declaration of declarations) {
    if (declaration.type === "VariableDeclaration") {
      rewriteVariables(declaration, edits, loops.get(declaration));
    }
  }
}

type Head = "init" | "each";

/** Declarations that stand in the head of a loop, where only `var` reaches the top level. */
function loopHeads(program: Node, declarations: ReadonlySet<Node>): Map<Node, Head> {
  const heads = new Map<Node, Head>();
  walk(program, (node, parent) => {
    if (declarations.has(node) && parent !== undefined) {
      if (parent.type === "ForStatement" && parent.init === node) {
        heads.set(node, "init");
      } else if ((parent.type === "ForInStatement" || parent.type === "ForOfStatement") && parent.left === node) {
        heads.set(node, "each");
      }
    }
  });
  return heads;
}

function rewriteVariables(
  declaration: Node & { readonly type: "VariableDeclaration" },
  edits: MagicString,
  head: Head | undefined,
): void {
  if (declaration.kind !== "let" && declaration.kind !== "var" && declaration.kind !== "const") {
    return; // `using` has been lowered before.
  }
  const first = declaration.declarations[0]!.id as Node;
  edits.remove(declaration.start, first.start);
  for (const { id, init } of declaration.declarations as (Node & { id: Node; init: Node | null })[]) {
    if (head === "each") {
      continue;
    }
    if (init === null) {
      // `let x;` sets x to undefined; so did the prologue for `var x;`.
      edits.appendLeft(id.end, declaration.kind === "var" ? "" : " = undefined");
    } else if (id.type === "Identifier") {
      keepFunctionName(init, id.name, edits);
    } else {
      edits.prependRight(id.start, "(");
      edits.appendLeft(init.end, ")");
    }
  }
}

/** A cell is not a module: `export const x` declares x, `export { x }` does nothing. */
function rewriteExports(body: readonly Node[], edits: MagicString, removed: Set<Node>, positions: PositionMap): void {
  for (const node of body) {
    if (node.type === "ExportNamedDeclaration" && node.declaration !== null) {
      edits.remove(node.start, (node.declaration as Node).start);
    } else if (node.type === "ExportNamedDeclaration" && node.source === null) {
      edits.remove(node.start, node.end);
      removed.add(node);
    } else if (node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") {
      throw new SyntaxProblem(
        "A cell cannot export from another module. Import the names instead.",
        positions.ofStripped(node.start),
      );
    } else if (node.type === "ExportDefaultDeclaration" && isNamed(node.declaration)) {
      edits.remove(node.start, node.declaration.start);
    } else if (node.type === "ExportDefaultDeclaration") {
      edits.update(node.start, (node.declaration as Node).start, "(");
      edits.appendLeft((node.declaration as Node).end, ")");
    }
  }
}

/** A function or class with a name, which is declared also where it is a default export. */
function isNamed(declaration: Node): boolean {
  const { type } = declaration;
  return (type === "FunctionDeclaration" || type === "ClassDeclaration") && declaration.id !== null;
}

function visibleBody(body: readonly Node[], { insideTry }: StrippedCode): readonly Node[] {
  const last = body.at(-1);
  return insideTry && last?.type === "TryStatement" ? last.block.body : body;
}

function keepLastExpression(
  body: readonly Node[],
  edits: MagicString,
  removed: ReadonlySet<Node>,
  result: string,
): void {
  const last = body.filter((node) => !removed.has(node)).at(-1);
  const expression =
    last?.type === "ExpressionStatement"
      ? (last.expression as Node)
      : last?.type === "ExportDefaultDeclaration" && !isNamed(last.declaration)
        ? (last.declaration as Node)
        : undefined;
  if (expression !== undefined) {
    edits.prependRight(expression.start, `${result} = (`);
    edits.appendLeft(expression.end, ")");
  }
}

interface FunctionParts {
  readonly names: readonly string[];
  readonly runtime: RuntimeNames;
  readonly prefix: string;
  readonly runtimePrefix: string;
  readonly hoisted: Hoisted;
}

function wrapInFunction(
  body: string,
  { names, runtime, prefix, runtimePrefix, hoisted }: FunctionParts,
): { code: string; offset: number } {
  const fields = Object.entries(runtime).map(([field, name]) => `${field}:${name}`);
  const parameters = `{${fields.join(",")},result:${runtimePrefix}result,bindings:[${names.map((name) => prefix + name).join(",")}]}`;
  const functions = hoisted.functions.map((name) => `${prefix}${name}.v=${name};`).join("");
  const vars = hoisted.vars.map((name) => `${prefix}${name}.v=undefined;`).join("");
  const head = `"use strict";(async(${parameters})=>{${vars}${functions}`;
  return { code: `${head}${body}\n})`, offset: head.length };
}
