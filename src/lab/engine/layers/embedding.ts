import { asFlat } from "../../backbone/kinds/shapeError";
import type { LayerOf } from "../../backbone/layerGraph";
import type { Dimension, GraphBuilder, Value } from "../onnx/graphBuilder";
import { slice } from "./slice";
import { unary } from "./unary";

/** Up to here one product with a one-hot matrix of the whole table costs less than telling tokens apart. */
const SMALL_VOCABULARY = 1024;
/** Tokens whose gradients are summed at a time; the cost of a token is proportional to it. */
const CHUNK = 1024;

/**
 * A table looked up by token id. Several tokens with one id add up in its row of the gradient, and ONNX Runtime's ScatterND
 * loses such sums (its threads race where indices repeat), so each scatter below has every index once.
 */
export const embedding = unary<LayerOf<"Embedding">>({
  infer({ builder, weight, outputShape }, _, ids) {
    return lookUp(builder, weight("embeddings"), ids, outputShape);
  },

  train(graph, layer, ids) {
    const { builder, batch, inputShape, outputShape, trainable } = graph;
    return {
      output: lookUp(builder, graph.weight("embeddings"), ids, outputShape),
      backward(gradient) {
        if (!trainable) return {};
        const tokens = batch * asFlat(layer, inputShape);
        const rows = builder.reshape(gradient, [tokens, layer.outputDim]);
        const flatIds = builder.reshape(ids, [tokens]);
        const write = layer.inputDim <= SMALL_VOCABULARY ? sumsOfSmallTable : sumsOfLargeTable;
        return { weights: { embeddings: write(builder, flatIds, rows, layer.inputDim) } };
      },
    };
  },
});

function lookUp(builder: GraphBuilder, table: Value, ids: Value, outputShape: readonly Dimension[]): Value {
  const indices = builder.node("Cast", [ids], ids.shape, { to: 6 }, "int32");
  return builder.node("Gather", [table, indices], [ids.shape[0]!, ...outputShape], { axis: 0 });
}

function sumsOfSmallTable(builder: GraphBuilder, ids: Value, rows: Value, vocabulary: number): Value {
  const [tokens, width] = rows.shape as readonly [number, number];
  const all = builder.floats(
    Float32Array.from({ length: vocabulary }, (_, id) => id),
    [1, vocabulary],
  );
  const oneHot = whereEqual(builder, builder.reshape(ids, [tokens, 1]), all, [tokens, vocabulary]);
  return builder.node("Gemm", [oneHot, rows], [vocabulary, width], { transA: 1 });
}

/**
 * In each chunk the first token with an id gets the sum over all with that id, and adds it to the row of the id; every other
 * token adds to a row of its own behind the table, which is cut off in the end.
 */
function sumsOfLargeTable(builder: GraphBuilder, ids: Value, rows: Value, vocabulary: number): Value {
  const [tokens, width] = rows.shape as readonly [number, number];
  const spare = Math.min(CHUNK, tokens);
  const tableShape = [vocabulary + spare, width];
  let table = builder.node("Expand", [builder.scalar(0), builder.longs(tableShape)], tableShape);
  for (let start = 0; start < tokens; start += CHUNK) {
    const count = Math.min(CHUNK, tokens - start);
    const own = slice(builder, ids, 0, start, count);
    const columns = builder.reshape(own, [count, 1]);
    const same = whereEqual(builder, columns, builder.reshape(own, [1, count]), [count, count]);
    const sums = builder.node("MatMul", [same, slice(builder, rows, 0, start, count)], [count, width]);
    const first = builder.node("ArgMax", [same], [count], { axis: 1, keepdims: 0 }, "int64");
    const places = builder.node(
      "Range",
      [0, count, 1].map((n) => int64(builder, n)),
      [count],
      {},
      "int64",
    );
    const isFirst = builder.node("Equal", [first, places], [count], {}, "bool");
    const behind = builder.node("Add", [places, int64(builder, vocabulary)], [count], {}, "int64");
    const id = builder.node("Cast", [own], [count], { to: 7 }, "int64");
    const target = builder.node("Where", [isFirst, id, behind], [count], {}, "int64");
    table = builder.node("ScatterND", [table, builder.reshape(target, [count, 1]), sums], tableShape, {
      reduction: "add",
    });
  }
  return slice(builder, table, 0, 0, vocabulary);
}

/** 1 where the two are equal, else 0. */
function whereEqual(builder: GraphBuilder, a: Value, b: Value, shape: readonly number[]): Value {
  return builder.node("Cast", [builder.node("Equal", [a, b], shape, {}, "bool")], shape, { to: 1 });
}

function int64(builder: GraphBuilder, number: number): Value {
  return builder.reshape(builder.longs([number]), []);
}
