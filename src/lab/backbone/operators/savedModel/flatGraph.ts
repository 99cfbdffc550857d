/**
 * TensorFlow's graph without functions: each call is replaced by the nodes of what it calls, which are named after the call. What only passes a
 * value on is not a node but another name of that value.
 */
import { damagedSavedModel } from "./damagedSavedModel";
import { resultAt } from "./operatorResults";
import { mainFile } from "./servedGraph";
import type { AttrValue, FunctionDef, GraphDef, NodeDef } from "./tensorflow.gen";
import { tensorFromProto } from "./tensorValues";

export interface FlatNode {
  readonly name: string;
  readonly op: string;
  /** Values as `node:result`. */
  readonly inputs: readonly string[];
  readonly attr: Readonly<Record<string, AttrValue>>;
}

/** Deeper than anybody writes: functions that call themselves. */
const deepestCall = 100;
/** More than any graph has: functions that call functions twice each. */
const mostOperators = 1_000_000;

const passingOn = new Set([
  "Identity",
  // What has a gradient of its own, as Keras' swish, is given out with its inputs.
  "IdentityN",
  "StopGradient",
  "PreventGradient",
  "Snapshot",
  "PlaceholderWithDefault",
  "EnsureShape",
  "ReadVariableOp",
]);

export class FlatGraph {
  readonly #origin: string;
  readonly #input: string;
  readonly #functions: ReadonlyMap<string, FunctionDef>;
  readonly #nodes = new Map<string, FlatNode>();
  /** Other names of values. */
  readonly #aliases = new Map<string, string>();
  #expanded = 0;

  /** @param input What is fed, even where the graph has a value for it. @throws GraftError `backbone/bad-saved-model`. */
  constructor({ node, library }: GraphDef, input: string, origin: string) {
    this.#origin = origin;
    this.#input = nodeOf(input);
    this.#functions = new Map(library?.function.map((called) => [called.signature?.name ?? "", called]));
    const reference = (value: string) => (value.includes(":") ? value : `${value}:0`);
    this.#expand(node, { prefix: "", depth: 0, reference, attributes: {} });
    this.#expandDecided();
  }

  get nodes(): Iterable<FlatNode> {
    return this.#nodes.values();
  }

  /** The value under the name that its node gives it. */
  resolve(value: string): string {
    let name = value;
    for (let steps = 0; ; steps++) {
      const next = this.#aliases.get(name);
      if (next === undefined) return name;
      if (steps > this.#aliases.size) throw this.#damaged(`"${value}", which depends on itself`);
      name = next;
    }
  }

  /** What makes the value. */
  makerOf(value: string): FlatNode {
    const name = this.resolve(value);
    const node = this.#nodes.get(nodeOf(name));
    if (node === undefined) throw this.#damaged(`nothing that makes "${name}"`);
    return node;
  }

  #expand(nodes: readonly NodeDef[], scope: Scope): void {
    const ops = new Map(nodes.map(({ name, op }) => [name, op]));
    for (const { name: own, op, input, attr } of nodes) {
      const name = scope.prefix + own;
      const inputs = input.filter((value) => !value.startsWith("^")).map((value) => scope.reference(value, ops));
      const node = { name, op, inputs, attr: withAttributes(attr, scope.attributes) };
      const call = this.#calledBy(node);
      if (call !== undefined) this.#call(name, inputs, call, scope.depth + 1);
      else if (passingOn.has(op) && name !== this.#input) {
        inputs.forEach((value, i) => this.#aliases.set(`${name}:${i}`, value));
      } else this.#nodes.set(name, node);
      if (++this.#expanded > mostOperators) throw this.#damaged(`more than ${mostOperators} operators`);
    }
  }

  #call(name: string, inputs: readonly string[], { called, attributes }: Call, depth: number): void {
    if (depth > deepestCall) throw this.#damaged(`calls within calls, ${depth} of them`);
    const { signature, nodeDef, ret } = called;
    const given = new Map(signature?.inputArg.map((argument, i) => [argument.name, inputs[i] ?? ""]));
    const reference = (value: string, ops: ReadonlyMap<string, string>) => {
      const [node, result = "", at = "0"] = value.split(":") as [string, string?, string?];
      return given.get(node) ?? `${name}/${node}:${resultAt(ops.get(node) ?? "", result, Number(at))}`;
    };
    const ops = new Map(nodeDef.map((node) => [node.name, node.op]));
    signature?.outputArg.forEach((argument, i) => {
      this.#aliases.set(`${name}:${i}`, reference(ret[argument.name] ?? "", ops));
    });
    this.#expand(nodeDef, { prefix: `${name}/`, depth, reference, attributes });
  }

  #calledBy({ op, attr }: FlatNode): Call | undefined {
    const own = this.#functions.get(op);
    if (own !== undefined) return { called: own, attributes: attr };
    return op === "PartitionedCall" || op === "StatefulPartitionedCall" ? this.#functionOf(attr.f) : undefined;
  }

  #functionOf(value: AttrValue | undefined): Call {
    const reference = value?.value.case === "func" ? value.value.value : undefined;
    const called = this.#functions.get(reference?.name ?? "");
    if (called === undefined) throw this.#damaged(`a call of "${reference?.name ?? ""}", which is not there`);
    return { called, attributes: reference!.attr };
  }

  /** Of a branch whose condition is a constant, such as a switch for training, one side is all that there is. */
  #expandDecided(): void {
    for (let found = true, rounds = 1; found; rounds++) {
      if (rounds > deepestCall) throw this.#damaged(`branches within branches, ${rounds} of them`);
      found = false;
      for (const { name, op, inputs, attr } of [...this.#nodes.values()]) {
        if (op !== "If" && op !== "StatelessIf") continue;
        const [condition = "", ...given] = inputs;
        const { op: by, attr: of } = this.makerOf(condition);
        if (by !== "Const" || of.value?.value.case !== "tensor") continue;
        const isTrue = tensorFromProto(of.value.value.value).data[0] !== 0;
        this.#nodes.delete(name);
        this.#call(name, given, this.#functionOf(isTrue ? attr.then_branch : attr.else_branch), 0);
        found = true;
      }
    }
  }

  #damaged(found: string) {
    return damagedSavedModel(this.#origin, mainFile, found);
  }
}

interface Scope {
  readonly prefix: string;
  readonly depth: number;
  /** A value as the nodes here call it, as one of the flat graph. */
  readonly reference: (value: string, ops: ReadonlyMap<string, string>) => string;
  /** What the call gives for attributes that are left open. */
  readonly attributes: Readonly<Record<string, AttrValue>>;
}

interface Call {
  readonly called: FunctionDef;
  readonly attributes: Readonly<Record<string, AttrValue>>;
}

function withAttributes(attr: Readonly<Record<string, AttrValue>>, given: Readonly<Record<string, AttrValue>>) {
  return Object.fromEntries(
    Object.entries(attr).map(([key, attribute]) => {
      const open = attribute.value.case === "placeholder" ? given[attribute.value.value] : undefined;
      return [key, open ?? attribute];
    }),
  );
}

/** The name of the node that makes a value. */
export function nodeOf(value: string): string {
  return value.slice(0, value.lastIndexOf(":"));
}
