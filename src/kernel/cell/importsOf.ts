import type MagicString from "magic-string";
import type { Node } from "oxc-parser";

/** One import declaration. `imported` is `"*"` for the whole module. */
export interface ModuleImport {
  readonly specifier: string;
  readonly names: readonly { readonly imported: string; readonly local: string }[];
  /** Offset in the stripped code. */
  readonly start: number;
}

/** Collects the import declarations of a program and takes them out of its text. */
export function importsOf(body: readonly Node[], edits: MagicString, removed: Set<Node>): ModuleImport[] {
  const imports: ModuleImport[] = [];
  for (const node of body) {
    if (node.type !== "ImportDeclaration") {
      continue;
    }
    const names = node.specifiers.map((specifier) => {
      const local = specifier.local.name;
      switch (specifier.type) {
        case "ImportDefaultSpecifier":
          return { imported: "default", local };
        case "ImportNamespaceSpecifier":
          return { imported: "*", local };
        case "ImportSpecifier":
          return { imported: nameOf(specifier.imported), local };
        default:
          return specifier satisfies never;
      }
    });
    imports.push({ specifier: node.source.value, names, start: node.start });
    edits.remove(node.start, node.end);
    removed.add(node);
  }
  return imports;
}

/** `import { "a b" as c }` is allowed. */
export function nameOf(node: { readonly type: string; readonly name?: string; readonly value?: unknown }): string {
  return node.type === "Identifier" ? (node.name ?? "") : String(node.value);
}
