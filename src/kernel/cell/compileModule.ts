/**
 * A TypeScript module beside the notebook to code that can run: types stripped, imports read from namespaces that were loaded
 * before, exports live, everything stoppable. Its names stay its own.
 */
import MagicString from "magic-string";
import type { Node } from "oxc-parser";
import { analyse, startOf, walk, type Analysis } from "./analyse";
import { guardNode, runtimeNames, unusedPrefix } from "./guardCode";
import { nameOf } from "./importsOf";
import { PositionMap } from "./positionMap";
import { stripTypes } from "./stripTypes";
import { SyntaxProblem } from "./syntaxProblem";

export interface CompiledModule {
  /** An async arrow function that takes a `CodeRuntime` with `modules`, `define` and `copy`. */
  readonly code: string;
  /** Specifiers, in the order in which the code expects their namespaces. */
  readonly imports: readonly string[];
  readonly positions: PositionMap;
}

interface Builder {
  readonly edits: MagicString;
  readonly prefix: string;
  readonly imports: string[];
  /** `name: () => value` of the exports. */
  readonly getters: string[];
  /** Namespaces that are exported as a whole. */
  readonly copies: string[];
}

/** Throws `SyntaxProblem` that names the file. */
export function compileModule(text: string, fileName: string): CompiledModule {
  try {
    return compile(text, fileName);
  } catch (error) {
    if (error instanceof SyntaxProblem) {
      error.file = { name: fileName, text };
    }
    throw error;
  }
}

function compile(text: string, fileName: string): CompiledModule {
  const stripped = stripTypes(text, fileName);
  const analysis = analyse(stripped.code);
  const edits = new MagicString(stripped.code);
  const positions = new PositionMap(text, stripped, edits);
  const prefix = unusedPrefix(stripped.code, "$k_");
  const builder: Builder = { edits, prefix, imports: [], getters: [], copies: [] };
  const imported = new Map<string, string>();
  for (const node of analysis.body) {
    rewriteImport(node, builder, imported);
    rewriteExport(node, builder, imported);
  }
  renameImported(analysis, edits, imported);
  const runtime = runtimeNames(prefix);
  walk(analysis.program, (node) => guardNode(node, edits, runtime));

  const fields = Object.entries(runtime).map(([field, name]) => `${field}:${name}`);
  const head =
    `"use strict";(async({${fields.join(",")},modules:${prefix}modules,define:${prefix}define,copy:${prefix}copy})=>{` +
    `${prefix}define({${builder.getters.join(",")}});${builder.copies.map((copy) => `${prefix}copy(${copy});`).join("")}`;
  positions.firstLineOffset = head.length;
  return { code: `${head}${edits.toString()}\n})`, imports: builder.imports, positions };
}

function rewriteImport(node: Node, { edits, prefix, imports }: Builder, imported: Map<string, string>): void {
  if (node.type !== "ImportDeclaration") {
    return;
  }
  const module = `${prefix}modules[${imports.length}]`;
  imports.push(node.source.value);
  for (const specifier of node.specifiers) {
    switch (specifier.type) {
      case "ImportNamespaceSpecifier":
        imported.set(specifier.local.name, module);
        break;
      case "ImportDefaultSpecifier":
        imported.set(specifier.local.name, `${module}.default`);
        break;
      case "ImportSpecifier":
        imported.set(specifier.local.name, `${module}[${JSON.stringify(nameOf(specifier.imported))}]`);
        break;
      default:
        specifier satisfies never;
    }
  }
  edits.remove(node.start, node.end);
}

function rewriteExport(node: Node, builder: Builder, imported: ReadonlyMap<string, string>): void {
  const { edits, prefix, imports, getters, copies } = builder;
  if (node.type === "ExportAllDeclaration") {
    const module = `${prefix}modules[${imports.length}]`;
    imports.push(node.source.value);
    if (node.exported === null) {
      copies.push(module);
    } else {
      getters.push(getter(nameOf(node.exported), module));
    }
    edits.remove(node.start, node.end);
  } else if (node.type === "ExportDefaultDeclaration") {
    const { declaration } = node;
    const named =
      (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") && declaration.id !== null
        ? declaration.id.name
        : undefined;
    getters.push(getter("default", named ?? `${prefix}default`));
    edits.update(node.start, declaration.start, named === undefined ? `const ${prefix}default = ` : "");
  } else if (node.type === "ExportNamedDeclaration") {
    if (node.declaration !== null) {
      getters.push(...declaredIn(node.declaration).map((name) => getter(name, name)));
      edits.remove(node.start, node.declaration.start);
      return;
    }
    const module = node.source === null ? undefined : `${prefix}modules[${imports.length}]`;
    if (node.source !== null) {
      imports.push(node.source.value);
    }
    for (const { local, exported } of node.specifiers) {
      const name = nameOf(local);
      const value = module === undefined ? (imported.get(name) ?? name) : `${module}[${JSON.stringify(name)}]`;
      getters.push(getter(nameOf(exported), value));
    }
    edits.remove(node.start, node.end);
  }
}

function getter(name: string, value: string): string {
  return `${JSON.stringify(name)}:()=>${value}`;
}

/** Names that a declaration introduces. */
function declaredIn(declaration: Node): string[] {
  if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") {
    return declaration.id === null ? [] : [declaration.id.name];
  }
  if (declaration.type !== "VariableDeclaration") {
    return [];
  }
  return declaration.declarations.flatMap(({ id }) => patternNames(id));
}

function patternNames(pattern: Node): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : patternNames(element)));
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "RestElement":
      return patternNames(pattern.argument);
    default:
      return [];
  }
}

function renameImported(
  { topLevel, program }: Analysis,
  edits: MagicString,
  imported: ReadonlyMap<string, string>,
): void {
  const uses = new Map<number, string>();
  for (const { name, references } of topLevel) {
    const value = imported.get(name);
    if (value !== undefined) {
      for (const reference of references) {
        uses.set(startOf(reference.identifier), value);
      }
    }
  }
  walk(program, (node, parent) => {
    const value = node.type === "Identifier" ? uses.get(node.start) : undefined;
    if (value === undefined || node.type !== "Identifier" || parent?.type === "ExportSpecifier") {
      return;
    }
    uses.delete(node.start);
    const called = parent?.type === "CallExpression" && parent.callee === node;
    const shorthand = parent?.type === "Property" && parent.shorthand;
    edits.update(node.start, node.end, shorthand ? `${node.name}: ${value}` : called ? `(0, ${value})` : value);
  });
}
