/** What a JavaScript module exports, where that is plain data: read from its text. The module is never run. */
import type { Expression, Node } from "oxc-parser";
import { GraftError } from "../../../shared/graftError";

export const moduleEndings = [".js", ".min.js", ".cjs", ".mjs"];

/**
 * The value of `module.exports = …` or `export default …`, also inside the wrapper of a bundler.
 *
 * @throws GraftError `backbone/module-data` when the module computes what it exports.
 */
export async function moduleExport(source: string, name: string): Promise<unknown> {
  const { parseSync, Visitor } = await import("oxc-parser");
  const { program } = parseSync(name, source, { sourceType: "unambiguous" });
  const found: unknown[] = [];
  const take = (node: Node): void => {
    const value = dataOf(node as Expression);
    if (value !== undefined) found.push(value);
  };
  new Visitor({
    AssignmentExpression({ left, right }) {
      if (left.type === "MemberExpression" && left.property.type === "Identifier" && left.property.name === "exports") {
        take(right);
      }
    },
    ExportDefaultDeclaration: ({ declaration }) => take(declaration),
  }).visit(program);
  const [value] = found;
  if (found.length === 1) return value;
  throw new GraftError({
    code: "backbone/module-data",
    expected: `a module that exports the model's data as a literal, at ${name}`,
    found: found.length === 0 ? "code that computes it" : `${found.length} exports`,
    remedy:
      "Modules are read and never run; give a package that carries model.json and .bin files, or export the model from it",
  });
}

/** Undefined for what is no literal. */
function dataOf(node: Expression): unknown {
  switch (node.type) {
    case "Literal":
      return node.value;
    case "UnaryExpression": {
      const value = dataOf(node.argument);
      if (node.operator === "-" && typeof value === "number") return -value;
      // Minified booleans: !0 is true.
      return node.operator === "!" && value !== undefined ? !value : undefined;
    }
    case "ArrayExpression": {
      const values = node.elements.map((element) => (element === null ? undefined : dataOf(element as Expression)));
      return values.includes(undefined) ? undefined : values;
    }
    case "ObjectExpression": {
      const entries = node.properties.map((property): readonly [string, unknown] | undefined => {
        if (property.type !== "Property" || property.computed) return undefined;
        const { key } = property;
        const value = dataOf(property.value);
        const name = key.type === "Identifier" ? key.name : key.type === "Literal" ? String(key.value) : undefined;
        return name === undefined || value === undefined ? undefined : [name, value];
      });
      return entries.includes(undefined) ? undefined : Object.fromEntries(entries as [string, unknown][]);
    }
    default:
      return undefined;
  }
}
