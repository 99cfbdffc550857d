import { columnCount, columnConvolution } from "./columnConvolution";
import type { ConvolutionOperands, ConvolutionPlace, TrainedConvolution } from "./convolution";
import { planeConvolution } from "./planeConvolution";

/** Above these the columns cost more time than they save, and too much memory: of a step, and of its graph. */
const COLUMN_LIMIT = 10 * 2 ** 20;
const EXAMPLE_LIMIT = 2 ** 19;

/** Every filter over all channels, whichever way is faster for maps of this size. */
export function denseConvolution(place: ConvolutionPlace, operands: ConvolutionOperands): TrainedConvolution {
  return isByColumns(place) ? columnConvolution(place, operands) : planeConvolution(place, operands);
}

export function isByColumns(place: Pick<ConvolutionPlace, "windows" | "channels" | "batch">): boolean {
  const columns = columnCount(place);
  return columns <= EXAMPLE_LIMIT && columns * place.batch <= COLUMN_LIMIT;
}
