import type MagicString from "magic-string";
import type { Node } from "oxc-parser";
import { startOf, walk, type Analysis } from "./analyse";
import type { BindingKind, NotebookScope } from "./binding";
import type { PositionMap } from "./positionMap";
import { SyntaxProblem } from "./syntaxProblem";

interface RenameOptions {
  readonly analysis: Analysis;
  readonly edits: MagicString;
  readonly scope: NotebookScope;
  readonly declared: ReadonlyMap<string, BindingKind>;
  readonly prefix: string;
  readonly positions: PositionMap;
}

interface Use {
  readonly name: string;
  readonly start: number;
  /** True when the name surely has a value here, so that the check can be left out. */
  readonly sure: boolean;
}

/**
 * Turns each use of a notebook's name into a property of its binding. Names that only the JavaScript world knows (`Math`)
 * stay as they are. Returns the names that the code uses as bindings. Throws `SyntaxProblem` for an assignment to a const.
 */
export function renameReferences(options: RenameOptions): string[] {
  const { analysis, edits, scope, declared, prefix, positions } = options;
  const uses = new Map<number, Use>();
  const names = new Set<string>(declared.keys());

  for (const { name, defs, references } of analysis.topLevel) {
    const start = startOf(defs[0]!.node);
    for (const { type, name: identifier } of defs) {
      if (type === "Variable") {
        uses.set(startOf(identifier), { name, start: startOf(identifier), sure: true });
      }
    }
    for (const reference of references) {
      const at = startOf(reference.identifier);
      const initialises = reference.init === true;
      if (declared.get(name) === "const" && reference.isWrite() && !initialises) {
        throw assignmentToConst(name, positions, at);
      }
      const hoisted = defs[0]!.type === "FunctionName" || defs[0]!.type === "ImportBinding";
      const straight = reference.from.variableScope.type === "module" && at > start;
      const sure = hoisted ? defs[0]!.type === "FunctionName" : initialises || straight;
      uses.set(at, { name, start: at, sure });
    }
  }
  for (const { name, start, writes } of analysis.free) {
    if (!scope.has(name) && name in globalThis) {
      continue;
    }
    if (name === "arguments" || name === "babelHelpers") {
      continue;
    }
    if (writes && scope.isConst(name)) {
      throw assignmentToConst(name, positions, start);
    }
    names.add(name);
    uses.set(start, { name, start, sure: scope.has(name) });
  }

  walk(analysis.program, (node, parent) => {
    const use = node.type === "Identifier" ? uses.get(node.start) : undefined;
    if (use !== undefined && node.type === "Identifier" && node.name === use.name) {
      uses.delete(node.start);
      edits.update(node.start, node.end, replacement(node, parent, use, prefix));
    }
  });
  return [...names];
}

function replacement(node: Node, parent: Node | undefined, { name, sure }: Use, prefix: string): string {
  const typeOf = parent?.type === "UnaryExpression" && parent.operator === "typeof";
  const member = `${prefix}${name}.${typeOf ? "t" : sure ? "v" : "w"}`;
  if (parent?.type === "Property" && parent.shorthand) {
    return `${name}: ${member}`;
  }
  // A call through a member would pass the binding as `this`.
  const called =
    (parent?.type === "CallExpression" && parent.callee === node) ||
    (parent?.type === "TaggedTemplateExpression" && parent.tag === node);
  return called ? `(0, ${member})` : member;
}

function assignmentToConst(name: string, positions: PositionMap, offset: number): SyntaxProblem {
  return new SyntaxProblem(
    `'${name}' is a const and cannot be assigned to. Declare it with 'let' where it is made.`,
    positions.ofStripped(offset),
  );
}
