import { columnBytes, columnConvolution } from "./columnConvolution";
import type { ConvolutionOperands, ConvolutionPlace, TrainedConvolution } from "./convolution";
import { planeConvolution } from "./planeConvolution";

/** Above this the columns cost more time than they save, and the memory of a deep network. */
const COLUMN_LIMIT_BYTES = 40 * 2 ** 20;

/** Every filter over all channels, whichever way is faster for maps of this size. */
export function denseConvolution(place: ConvolutionPlace, operands: ConvolutionOperands): TrainedConvolution {
  const byColumns = columnBytes(place) <= COLUMN_LIMIT_BYTES;
  return byColumns ? columnConvolution(place, operands) : planeConvolution(place, operands);
}
