/** Who depends on whom in an operator graph. */
import type { OperatorGraph, OperatorNode } from "./operatorGraph";

/** These operators and everything that they depend on. */
export function withAncestors(graph: OperatorGraph, nodes: Iterable<OperatorNode>): Set<OperatorNode> {
  const found = new Set(nodes);
  const needed = new Set([...found].flatMap(({ inputs }) => inputs));
  for (const node of graph.nodes.toReversed()) {
    if (!found.has(node) && !node.outputs.some((name) => needed.has(name))) continue;
    found.add(node);
    for (const name of node.inputs) needed.add(name);
  }
  return found;
}

/** The operators that depend on this one. */
export function descendants(graph: OperatorGraph, node: OperatorNode): readonly OperatorNode[] {
  const values = new Set(node.outputs);
  const found: OperatorNode[] = [];
  for (const other of graph.nodes) {
    if (other === node || !other.inputs.some((name) => values.has(name))) continue;
    found.push(other);
    for (const name of other.outputs) values.add(name);
  }
  return found;
}

/** The part of the graph that a value depends on, with that value as its result. */
export function upTo(graph: OperatorGraph, value: string): OperatorGraph {
  const makers = graph.nodes.filter(({ outputs }) => outputs.includes(value));
  const needed = withAncestors(graph, makers);
  return { ...graph, output: value, nodes: graph.nodes.filter((node) => needed.has(node)) };
}
