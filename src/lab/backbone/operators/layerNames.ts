import type { OperatorNode } from "./operatorGraph";

/**
 * Names of layers after the operators that they come from. Frameworks write whole paths (`model/block_16/project/BatchNorm`); the
 * shortest end of a path that is nobody else's is taken, with `_` where it had `/`, which in a weight's name parts layer and weight.
 */
export class LayerNames {
  readonly #taken: Set<string>;
  readonly #ends: ReadonlyMap<string, string>;
  readonly #readOnce = new Set<string>();

  constructor(nodes: readonly OperatorNode[], input: string) {
    this.#taken = new Set([input]);
    this.#ends = shortestEnds(nodes.map(({ name }) => name));
  }

  /** `isReadOnce`: whether a single operator reads the layer's value. */
  of(node: OperatorNode, part: string, isReadOnce: boolean): string {
    const name = this.take(`${this.#ends.get(node.name) ?? node.op}${part === "" ? "" : `_${part}`}`);
    if (isReadOnce) this.#readOnce.add(name);
    return name;
  }

  isReadOnce(layer: string): boolean {
    return this.#readOnce.has(layer);
  }

  forgetReadOnce(layer: string): void {
    this.#readOnce.delete(layer);
  }

  /** The wish, or with a number where it is taken. */
  take(wish: string): string {
    const plain = wish.replaceAll(/^[/.]+/g, "").replaceAll("/", "_");
    let name = plain;
    for (let i = 1; this.#taken.has(name); i++) name = `${plain}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

function shortestEnds(names: readonly string[]): ReadonlyMap<string, string> {
  const paths = names.filter((name) => name !== "").map((name) => name.split("/"));
  const counts = new Map<string, number>();
  for (const path of paths) {
    for (let from = 0; from < path.length; from++) {
      const end = path.slice(from).join("/");
      counts.set(end, (counts.get(end) ?? 0) + 1);
    }
  }
  return new Map(
    paths.map((path) => {
      const from = path.findLastIndex((_, start) => counts.get(path.slice(start).join("/")) === 1);
      return [path.join("/"), path.slice(Math.max(0, from)).join("/")];
    }),
  );
}
