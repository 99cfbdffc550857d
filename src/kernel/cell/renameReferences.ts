import type MagicString from "magic-string";
import type { Node } from "oxc-parser";
import { startOf, walk, type Analysis } from "./analyse";
import type { BindingKind, NotebookScope } from "./binding";

interface RenameOptions {
  readonly analysis: Analysis;
  readonly edits: MagicString;
  readonly scope: NotebookScope;
  readonly declared: ReadonlyMap<string, BindingKind>;
  readonly prefix: string;
}

export interface RenamedReferences {
  /** Names that the code reaches as bindings. */
  readonly names: readonly string[];
  /** Those of them that it does not declare. */
  readonly free: readonly string[];
}

interface Use {
  readonly name: string;
  readonly start: number;
  /** True when the name surely has a value here, so that the check can be left out. */
  readonly sure: boolean;
}

/**
 * Turns each use of a notebook's name into a property of its binding. Names that only the JavaScript world knows (`Math`)
 * stay as they are.
 */
export function renameReferences(options: RenameOptions): RenamedReferences {
  const { analysis, edits, scope, declared, prefix } = options;
  const uses = new Map<number, Use>();
  const names = new Set<string>(declared.keys());
  const free = new Set<string>();

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
      const refused = declared.get(name) === "const" && reference.isWrite() && !initialises;
      const hoisted = defs[0]!.type === "FunctionName" || defs[0]!.type === "ImportBinding";
      const straight = reference.from.variableScope.type === "module" && at > start;
      const sure = hoisted ? defs[0]!.type === "FunctionName" : initialises || straight;
      uses.set(at, { name, start: at, sure: sure && !refused });
    }
  }
  for (const { name, start, writes } of analysis.free) {
    if (!scope.has(name) && name in globalThis) {
      continue;
    }
    if (name === "arguments" || name === "babelHelpers") {
      continue;
    }
    names.add(name);
    free.add(name);
    // An assignment asks whether the name is a const: that may change before it runs.
    uses.set(start, { name, start, sure: scope.has(name) && !writes });
  }

  walk(analysis.program, (node, parent) => {
    const use = node.type === "Identifier" ? uses.get(node.start) : undefined;
    if (use !== undefined && node.type === "Identifier" && node.name === use.name) {
      uses.delete(node.start);
      edits.update(node.start, node.end, replacement(node, parent, use, prefix));
      if (parent?.type === "AssignmentExpression" && parent.operator === "=" && parent.left === node) {
        keepFunctionName(parent.right, node.name, edits);
      }
    }
  });
  return { names: [...names], free: [...free] };
}

/** Only a plain variable would give an anonymous function its name: `a = () => 1`. */
export function keepFunctionName(value: Node, name: string, edits: MagicString): void {
  const anonymous =
    value.type === "ArrowFunctionExpression" ||
    ((value.type === "FunctionExpression" || value.type === "ClassExpression") && value.id === null);
  if (anonymous) {
    edits.appendRight(value.start, `({${JSON.stringify(name)}: `);
    edits.prependLeft(value.end, `})[${JSON.stringify(name)}]`);
  }
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
