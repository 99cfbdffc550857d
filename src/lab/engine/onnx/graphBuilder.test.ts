import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { GraphBuilder } from "./graphBuilder";
import { ModelProtoSchema } from "./onnx.gen";

test("what no output depends on is left out, inputs stay", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", [2]);
  builder.input("unread", [2]);
  const used = builder.binary("Add", x, builder.scalar(1));
  builder.binary("Mul", used, builder.floats(Float32Array.of(1, 2), [2]));
  builder.output("y", builder.binary("Sub", used, builder.scalar(1)));
  const { graph } = fromBinary(ModelProtoSchema, builder.toBytes("test"));
  expect(graph!.node.map(({ opType }) => opType)).toEqual(["Add", "Sub"]);
  expect(graph!.initializer).toHaveLength(1);
  expect(graph!.input.map(({ name }) => name)).toEqual(["x", "unread"]);
});
