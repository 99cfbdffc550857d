import type { SolveHeadRequest } from "./engine";
import { type HeadProblem, kernelProblem } from "./headProblem";
import { dataTypes, GraphBuilder } from "./onnx/graphBuilder";
import { onnxHeadObjectives } from "./onnxHeadObjectives";
import { isFewRows, plainProblem } from "./plainProblem";
import type { Runtime } from "./runtime";
import { spanProblem } from "./spanProblem";

/** So many products of a feature and a weight take less than a run of a session costs beside its work. */
const fewProducts = 1 << 17;

/** A linear head with its large products in ONNX Runtime, and in JavaScript what is sooner done there. */
export async function onnxHeadProblem(runtime: Runtime, request: SolveHeadRequest): Promise<HeadProblem> {
  const { features, classes } = request;
  if (isFewRows(features)) return spanProblem(request, await onnxGramMatrix(runtime, features));
  if (features.data.length * classes <= fewProducts) return plainProblem(request);
  return kernelProblem(request, await onnxHeadObjectives(runtime, request));
}

/** `gramMatrix` by ONNX Runtime, which takes a fifth of the time. */
export async function onnxGramMatrix(
  runtime: Runtime,
  { shape, data }: SolveHeadRequest["features"],
): Promise<Float64Array> {
  const { Tensor } = await runtime.ort();
  const session = await runtime.session("gram matrix", gramModel);
  const { gram } = await session.run({ features: new Tensor("float32", data, shape) });
  return gram!.data as Float64Array;
}

function gramModel(): Uint8Array {
  const graph = new GraphBuilder();
  const features = graph.input("features", ["rows", "width"]);
  const x = graph.node("Cast", [features], ["rows", "width"], { to: dataTypes.float64 }, "float64");
  graph.output("gram", graph.node("Gemm", [x, x], ["rows", "rows"], { transB: 1 }, "float64"));
  return graph.toBytes("gramMatrix");
}
