import { foldBatchNorm } from "../src/lab/engine/foldBatchNorm";
import { GraphBuilder, type Value } from "../src/lab/engine/onnx/graphBuilder";
import type { LayerGraph, Weights } from "../src/lab/backbone/layerGraph";

/** Sandler et al. 2018, table 2: factor of expansion, channels, repetitions, stride of the first one. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/**
 * MobileNetV2 up to its pooled features as somebody would write it for onnxruntime alone: `[batch, 3, 224, 224]` in, batch norm
 * folded, padding inside the convolutions. What Graft's export is measured against, so it takes nothing from there but the folded weights.
 */
export function handMadeMobileNet(graph: LayerGraph, weights: Weights): Uint8Array {
  const folded = foldBatchNorm({ graph, weights }).weights;
  const builder = new GraphBuilder();
  const [zero, six] = [builder.scalar(0), builder.scalar(6)];
  const input = builder.input("input", ["batch", 3, 224, 224]);

  const convolution = (x: Value, layer: string, stride = 1): Value => {
    const depthwise = folded.get(`${layer}/depthwise_kernel`);
    const kernel = depthwise ?? folded.get(`${layer}/kernel`)!;
    const [size, , channels, filters] = kernel.shape as [number, number, number, number];
    const count = depthwise ? channels : filters;
    const inGroup = depthwise ? 1 : channels;
    const data = new Float32Array(kernel.data.length);
    for (let i = 0; i < data.length; i++) {
      // `[height, width, channels, filters]`, or `[height, width, channels, 1]`, to `[count, inGroup, height, width]`.
      const [place, pair] = [Math.floor(i / (channels * filters)), i % (channels * filters)];
      const [channel, filter] = [Math.floor(pair / filters), pair % filters];
      const target = depthwise ? channel : filter * channels + channel;
      data[target * size * size + place] = kernel.data[i]!;
    }
    const side = (x.shape[2] as number) / stride;
    // An odd pixel of padding goes to the end, where Keras puts it.
    const border = size === 1 ? [0, 0, 0, 0] : stride === 2 ? [0, 0, 1, 1] : [1, 1, 1, 1];
    return builder.node(
      "Conv",
      [
        x,
        builder.floats(data, [count, inGroup, size, size]),
        builder.floats(folded.get(`${layer}/bias`)!.data, [count]),
      ],
      ["batch", count, side, side],
      { strides: [stride, stride], pads: border, group: depthwise ? channels : 1, kernel_shape: [size, size] },
    );
  };
  const relu6 = (x: Value): Value => builder.node("Clip", [x, zero, six], x.shape);

  let x = relu6(convolution(input, "Conv1", 2));
  let block = 0;
  for (const [expansion, channels, repetitions, firstStride] of stages) {
    for (let i = 0; i < repetitions; i++) {
      const prefix = block === 0 ? "expanded_conv" : `block_${block}`;
      const stride = i === 0 ? firstStride : 1;
      const wide = expansion === 1 ? x : relu6(convolution(x, `${prefix}_expand`));
      const narrow = convolution(relu6(convolution(wide, `${prefix}_depthwise`, stride)), `${prefix}_project`);
      x = i > 0 && x.shape[1] === channels ? builder.binary("Add", x, narrow) : narrow;
      block++;
    }
  }
  x = relu6(convolution(x, "Conv_1"));
  const pooled = builder.node("GlobalAveragePool", [x], ["batch", 1280, 1, 1]);
  builder.output("output", builder.reshape(pooled, ["batch", 1280]));
  return builder.toBytes("mobilenet_v2");
}
