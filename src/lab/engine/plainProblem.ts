import type { SolveHeadRequest } from "./engine";
import { type HeadProblem, kernelProblem } from "./headProblem";
import { softmaxObjective } from "./softmaxObjective";
import { spanProblem } from "./spanProblem";

/** The products of so many rows with each other are computed sooner than a search over kernels on ONNX Runtime is done. */
const fewRows = 320;
/** So many products of a feature and a weight take less than a run of a session costs beside its work. */
const fewProducts = 1 << 17;

/** A linear head in plain JavaScript and float64, which needs no runtime. */
export function plainProblem(request: SolveHeadRequest): HeadProblem {
  return smallProblem(request) ?? kernelProblem(request, [softmaxObjective(request)]);
}

/** The same where that is the quickest way; undefined for problems that are too large. */
export function smallProblem(request: SolveHeadRequest): HeadProblem | undefined {
  const [rows, width] = request.features.shape as [number, number];
  if (rows < width && rows <= fewRows) return spanProblem(request);
  return rows * width * request.classes <= fewProducts
    ? kernelProblem(request, [softmaxObjective(request)])
    : undefined;
}
