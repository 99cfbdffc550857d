import { create } from "@bufbuild/protobuf";
import { AttributeProtoSchema, type NodeProto, type TensorProto, TensorProtoSchema } from "../../engine/onnx/onnx.gen";

/** From operator set 18 on these read their axes as an input. */
const reductions = new Set([
  "ReduceL1",
  "ReduceL2",
  "ReduceLogSum",
  "ReduceLogSumExp",
  "ReduceMax",
  "ReduceMean",
  "ReduceMin",
  "ReduceProd",
  "ReduceSumSquare",
]);

/**
 * Nodes of operator set 13 to 17 as those of 18, which Graft's graphs are made of: reductions and `Split` changed between them. Newer ones stay
 * as they are.
 */
export function upgradeNodes(
  nodes: readonly NodeProto[],
  opset: number,
): { readonly nodes: readonly NodeProto[]; readonly constants: readonly TensorProto[] } {
  if (opset >= 18) return { nodes, constants: [] };
  const constants: TensorProto[] = [];
  const upgraded = nodes.map((node): NodeProto => {
    const axes = reductions.has(node.opType) ? node.attribute.find(({ name }) => name === "axes") : undefined;
    if (axes !== undefined) {
      const name = `${node.output[0]!}/axes`;
      const rawData = new Uint8Array(BigInt64Array.from(axes.ints).buffer);
      constants.push(create(TensorProtoSchema, { name, dataType: 7, dims: [BigInt(axes.ints.length)], rawData }));
      return {
        ...node,
        input: [node.input[0]!, name],
        attribute: node.attribute.filter((attribute) => attribute !== axes),
      };
    }
    if (node.opType !== "Split" || node.input.length > 1) return node;
    const parts = create(AttributeProtoSchema, { name: "num_outputs", type: 2, i: BigInt(node.output.length) });
    return { ...node, attribute: [...node.attribute, parts] };
  });
  return { nodes: upgraded, constants };
}
