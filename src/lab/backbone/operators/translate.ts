/** One pass over an operator graph: each operator by its rule; those without one are named. */
import type { LayerGraph } from "../layerGraph";
import { foldConstants, shapeConstant } from "./foldConstants";
import { LayerNames } from "./layerNames";
import type { LayerValue } from "./layerValue";
import { LayerWriter } from "./layerWriter";
import { NoRule, type OperatorGraph, type OperatorNode } from "./operatorGraph";
import { isConstant, OperatorPlace, type RuleTable, type Value } from "./operatorRule";

export interface Translation {
  readonly writer: LayerWriter;
  readonly names: LayerNames;
  /** What was found of each value of the operator graph. */
  readonly values: ReadonlyMap<string, Value>;
  readonly refused: readonly Refused[];
}

export interface Refused {
  readonly node: OperatorNode;
  readonly reason: string;
}

export interface TranslationStart {
  readonly input: LayerGraph["input"];
  readonly inputValue: LayerValue;
  /** Operators that are not looked at: they are run as they are. */
  readonly opaque: ReadonlySet<OperatorNode>;
  /** Writes what stands for the opaque operators, and answers with the values that they give. */
  readonly begin?: (writer: LayerWriter, names: LayerNames) => ReadonlyMap<string, LayerValue>;
  /** A stand-in for the value of an operator without a rule, so that what comes after it is looked at too. */
  readonly standIn?: (value: string) => LayerValue | undefined;
}

export function translate(
  graph: OperatorGraph,
  rules: RuleTable,
  shapeOperator: string,
  { input, inputValue, opaque, begin, standIn }: TranslationStart,
): Translation {
  const readers = readersOf(graph);
  const names = new LayerNames(graph.nodes, input.name);
  const writer = new LayerWriter(names, (node) => readers.get(node.outputs[0]!) ?? 0);
  const values = new Map<string, Value>([...graph.constants, [graph.input.name, inputValue]]);
  for (const [name, value] of begin?.(writer, names) ?? []) values.set(name, value);
  const refused: Refused[] = [];
  for (const node of graph.nodes) {
    const [output] = node.outputs as [string];
    if (values.has(output)) continue;
    const inputs = node.inputs.map((name) => (name === "" ? undefined : values.get(name)));
    const isBlocked = node.inputs.some((name, i) => name !== "" && inputs[i] === undefined);
    if (isBlocked && standIn === undefined) continue;
    try {
      if (isBlocked) throw new NoRule("it reads what no layer makes");
      const value = valueOf(node, inputs);
      if (value !== undefined) values.set(output, value);
    } catch (error) {
      if (!(error instanceof NoRule)) throw error;
      if (opaque.has(node)) continue;
      refused.push({ node, reason: error.message });
      for (const name of node.outputs) {
        const value = standIn?.(name);
        if (value !== undefined) values.set(name, value);
      }
    }
  }
  return { writer, names, values, refused };

  function valueOf(node: OperatorNode, inputs: readonly (Value | undefined)[]): Value | undefined {
    const [first] = inputs;
    if (node.op === shapeOperator && first !== undefined && !isConstant(first)) return shapeConstant(first);
    const given = inputs.filter((value) => value !== undefined);
    if (given.length > 0 && given.every(isConstant)) {
      const folded = foldConstants(node, given);
      if (folded !== undefined) return folded;
      if (opaque.has(node)) return undefined;
    }
    if (opaque.has(node)) return undefined;
    const rule = Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
    if (rule === undefined) throw new NoRule("no layer does this");
    if (node.outputs.slice(1).some((name) => readers.has(name))) throw new NoRule("several results");
    const result = rule(new OperatorPlace(writer, inputs), node);
    const isAlias = given.some((value) => !isConstant(value) && value.layer === result.layer);
    // The layer's value has several readers where any of its names does.
    if (isAlias && readers.get(node.outputs[0]!) !== 1) names.forgetReadOnce(result.layer);
    return result;
  }
}

/** How many operators read each value; being the result counts too. */
function readersOf(graph: OperatorGraph): ReadonlyMap<string, number> {
  const readers = new Map([[graph.output, 1]]);
  for (const name of graph.nodes.flatMap(({ inputs }) => inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}
