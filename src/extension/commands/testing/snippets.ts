import { readFileSync } from "node:fs";

interface Snippet {
  readonly prefix: string;
  readonly description: string;
  readonly body: readonly string[];
}

const file = new URL("../../../../media/snippets/graft.json", import.meta.url);

export const snippets = Object.values(JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Snippet>>);

/** As VS Code inserts it when the defaults are kept. */
export function expanded({ body }: Snippet): string {
  return body
    .join("\n")
    .replaceAll(/\$\{\d+\|([^,|]*)[^}]*\}/g, "$1")
    .replaceAll(/\$\{\d+:([^}]*)\}/g, "$1")
    .replaceAll("$0", "");
}
