import { afterEach, expect, test } from "vitest";
import { GraphBuilder } from "./onnx/graphBuilder";
import { Runtime } from "./runtime";

let runtime: Runtime;
afterEach(() => runtime.dispose());

function model(): Uint8Array {
  const graph = new GraphBuilder();
  graph.output("output", graph.node("Relu", [graph.input("input", [2])], [2]));
  return graph.toBytes("relu");
}

/** How many of `count` sessions of this size are still there when all have been made. */
async function keptOf(count: number, bytes: number): Promise<number> {
  const keys = Array.from({ length: count }, (_, i) => `session ${i}`);
  const first = new Map<string, unknown>();
  for (const key of keys) first.set(key, await runtime.session(key, model, bytes));
  let kept = 0;
  for (const key of keys.toReversed()) {
    if ((await runtime.session(key, model, bytes)) !== first.get(key)) break;
    kept++;
  }
  return kept;
}

test("small sessions are kept beyond the least number", async () => {
  runtime = new Runtime(2);
  expect(await keptOf(20, 1000)).toBe(20);
});

test("of large ones the newest are kept, as many as must be", async () => {
  runtime = new Runtime(2);
  expect(await keptOf(6, 2 ** 34)).toBe(2);
});
