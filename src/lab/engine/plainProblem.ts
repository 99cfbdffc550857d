import type { Tensor } from "../backbone/layerGraph";
import type { SolveHeadRequest } from "./engine";
import { type HeadProblem, kernelProblem } from "./headProblem";
import { softmaxObjective } from "./softmaxObjective";
import { spanProblem } from "./spanProblem";

/** A search over so many rows in their span is sooner done than one over kernels on ONNX Runtime. */
const fewRows = 320;

/** A linear head in plain JavaScript and float64, which needs no runtime. */
export function plainProblem(request: SolveHeadRequest): HeadProblem {
  return isFewRows(request.features) ? spanProblem(request) : kernelProblem(request, [softmaxObjective(request)]);
}

/** Whether rows `[n, width]` are few beside their width and in themselves. */
export function isFewRows({ shape }: Tensor): boolean {
  const [rows, width] = shape as [number, number];
  return rows < width && rows <= fewRows;
}
