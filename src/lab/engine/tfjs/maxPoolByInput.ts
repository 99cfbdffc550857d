import type { Attributes, Inputs } from "./kernelCall";
import type { TensorLibrary, TfTensor } from "./tensorLibrary";

/** The gradient of max pooling by its input: of pixels that tie in a window the first one gets it, as in tfjs's other backends. */
export function maxPoolByInput(tf: TensorLibrary, { dy, input }: Inputs, attributes: Attributes): TfTensor {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  const shape = input!.shape as [number, number, number, number];
  const windows = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = windows;
  const [batch, height, width, channels] = shape;
  const pixels = input!.dataSync();
  const arriving = dy!.dataSync();
  const gradient = new Float32Array(pixels.length);
  let window = 0;
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < outHeight; row++) {
      const firstRow = Math.max(0, row * strideHeight - padInfo.top);
      const endRow = Math.min(height, row * strideHeight - padInfo.top + filterHeight);
      for (let column = 0; column < outWidth; column++) {
        const firstColumn = Math.max(0, column * strideWidth - padInfo.left);
        const endColumn = Math.min(width, column * strideWidth - padInfo.left + filterWidth);
        for (let channel = 0; channel < channels; channel++, window++) {
          let best = -1;
          for (let y = firstRow; y < endRow; y++) {
            for (let x = firstColumn; x < endColumn; x++) {
              const at = ((image * height + y) * width + x) * channels + channel;
              if (best === -1 || pixels[at]! > pixels[best]!) best = at;
            }
          }
          gradient[best]! += arriving[window]!;
        }
      }
    }
  }
  return tf.tensor(gradient, shape);
}
