/** That values and gradients are right is shown by the conformance suite, in its rows with frozen batch norms. */
import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { compileStep } from "./compileStep";
import { ModelProtoSchema } from "./onnx/onnx.gen";
import { conv, dense, norm, sequence } from "./testing/networks";

const flatten = { type: "Flatten", name: "flatten" } as const;

function operators(layers: Parameters<typeof sequence>[1]): string[] {
  const graph = sequence([6, 6, 2], [conv("conv", { useBias: false }), ...layers, flatten, dense("head")]);
  const step = compileStep(graph, { trainable: ["conv", "head"], batch: 2, end: "gradient" });
  const { node } = fromBinary(ModelProtoSchema, step).graph!;
  return node.map(({ opType }) => opType).filter((operator) => operator !== "Reshape");
}

test("a frozen batch norm costs operators over weights only: scale, kernel, bias, gradient by the kernel", () => {
  const plain = operators([]);
  const added = operators([norm("bn")]);
  for (const operator of plain) added.splice(added.indexOf(operator), 1);
  expect(added.toSorted()).toEqual(["Add", "Div", "Mul", "Mul", "Mul", "Sqrt", "Sub"]);
});
