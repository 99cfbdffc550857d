import { expect, test } from "vitest";
import type { CellOutput } from "../protocol/cellOutput";
import type { NotebookCell } from "./notebook";
import { OutputCollector } from "./outputCollector";

const newCell = (): NotebookCell => ({ cell_type: "code", id: "c", metadata: {}, source: "", outputs: [] });
const stream = (text: string, name: "stdout" | "stderr" = "stdout"): CellOutput => ({ kind: "stream", name, text });
const display = (text: string, displayId?: string): CellOutput => ({
  kind: "display",
  data: { "text/plain": text },
  metadata: {},
  ...(displayId === undefined ? {} : { displayId }),
});

function collect(...outputs: readonly CellOutput[]): NotebookCell {
  const cell = newCell();
  const collector = new OutputCollector();
  for (const output of outputs) collector.add(cell, output);
  return cell;
}

test("neighbouring texts of one stream become one output, others do not", () => {
  const { outputs } = collect(stream("a"), stream("b"), stream("e", "stderr"), stream("c"));
  expect(outputs?.map(({ name, text }) => [name, text])).toEqual([
    ["stdout", "ab"],
    ["stderr", "e"],
    ["stdout", "c"],
  ]);
});

test("an update replaces every display of its id, also in an earlier cell, and adds nothing", () => {
  const [first, second] = [newCell(), newCell()];
  const collector = new OutputCollector();
  collector.add(first, display("old", "curve"));
  collector.add(first, display("other", "else"));
  collector.add(second, display("old", "curve"));
  collector.add(second, { kind: "update", data: { "text/plain": "new" }, metadata: {}, displayId: "curve" });
  const texts = (cell: NotebookCell) => cell.outputs?.map(({ data }) => (data as Record<string, string>)["text/plain"]);
  expect(texts(first)).toEqual(["new", "other"]);
  expect(texts(second)).toEqual(["new"]);
});

test("clear with wait keeps the outputs until the next one comes", () => {
  expect(collect(display("a"), { kind: "clear", wait: true }).outputs).toHaveLength(1);
  const { outputs } = collect(display("a"), { kind: "clear", wait: true }, display("b"), display("c"));
  expect(outputs?.map(({ data }) => data)).toEqual([{ "text/plain": "b" }, { "text/plain": "c" }]);
  expect(collect(display("a"), { kind: "clear", wait: false }).outputs).toEqual([]);
});
