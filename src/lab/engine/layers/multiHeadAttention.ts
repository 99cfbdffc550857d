import { attentionShapes } from "../../backbone/kinds/sequences";
import type { LayerOf } from "../../backbone/layerGraph";
import type { Dimension, GraphBuilder, Value } from "../onnx/graphBuilder";
import { dotProductAttention, type DotProductAttention } from "./dotProductAttention";
import type { InferGraph, LayerRules } from "./layerRules";
import { linearMap, type LinearMap } from "./linearMap";
import { asRows, fromRows } from "./matrixRows";

type MultiHeadAttention = LayerOf<"MultiHeadAttention">;

/**
 * Vaswani et al. 2017, section 3.2.2. Kernels `[width, heads, keyDim]` are used as one matrix `[width, heads · keyDim]`. Where
 * a mask leaves nothing to attend to, the output is its bias. A mask has no gradient.
 */
export const multiHeadAttention: LayerRules<MultiHeadAttention> = {
  infer: (graph, layer, inputs) => attend(graph, layer, inputs).output,

  train(graph, layer, inputs) {
    const { builder, needsInputGradients } = graph;
    const { output, maps, attention } = attend(graph, layer, inputs);
    const isSelf = inputs.length === 1;
    const [needsQuery = false, needsValue = false] = needsInputGradients;
    const [query, value = query] = inputs as [Value, Value?];
    return {
      output,
      backward(gradientOfOutput) {
        const onOutput = asRows(builder, gradientOfOutput);
        const onContext = maps.output.inputGradient(onOutput);
        const heads = attention.backward(intoHeads(builder, onContext, query, layer));
        const gradients = {
          query: outOfHeads(builder, heads.query),
          key: outOfHeads(builder, heads.key),
          value: outOfHeads(builder, heads.value),
          output: onOutput,
        };
        const onValue = () => maps.value.inputGradient(gradients.value, maps.key.inputGradient(gradients.key));
        const onQuery = (other?: Value) => fromRows(builder, maps.query.inputGradient(gradients.query, other), query);
        return {
          ...(graph.trainable && { weights: weightGradients(graph, layer, maps, gradients) }),
          inputs: isSelf
            ? [needsQuery ? onQuery(onValue()) : undefined]
            : [
                needsQuery ? onQuery() : undefined,
                needsValue ? fromRows(builder, onValue(), value) : undefined,
                undefined,
              ].slice(0, inputs.length),
        };
      },
    };
  },
};

const projections = ["query", "key", "value", "output"] as const;
type ByProjection<T> = Readonly<Record<(typeof projections)[number], T>>;

interface Pass {
  readonly output: Value;
  readonly maps: ByProjection<LinearMap>;
  readonly attention: DotProductAttention;
}

function attend(graph: InferGraph, layer: MultiHeadAttention, inputs: readonly Value[]): Pass {
  const { builder, inputShapes } = graph;
  const { width, valueWidth } = attentionShapes(layer, inputShapes);
  const inner = layer.heads * layer.keyDim;
  const [query, value = query, mask] = inputs as [Value, Value?, Value?];
  const project = (name: keyof ByProjection<unknown>, rows: Value, from: number, to: number) =>
    linearMap(
      builder,
      rows,
      builder.reshape(graph.weight(`${name}_kernel`), [from, to]),
      layer.useBias ? builder.reshape(graph.weight(`${name}_bias`), [to]) : undefined,
    );
  const queryRows = asRows(builder, query);
  const valueRows = value === query ? queryRows : asRows(builder, value);
  const maps = {
    query: project("query", queryRows, width, inner),
    key: project("key", valueRows, valueWidth, inner),
    value: project("value", valueRows, valueWidth, inner),
  };
  const attention = dotProductAttention(
    builder,
    intoHeads(builder, maps.query.output, query, layer),
    intoHeads(builder, maps.key.output, value, layer),
    intoHeads(builder, maps.value.output, value, layer),
    mask,
  );
  const output = project("output", outOfHeads(builder, attention.output), inner, width);
  return { output: fromRows(builder, output.output, query), maps: { ...maps, output }, attention };
}

function weightGradients(
  graph: InferGraph,
  { useBias }: MultiHeadAttention,
  maps: ByProjection<LinearMap>,
  gradients: ByProjection<Value>,
): Readonly<Record<string, Value>> {
  const { builder } = graph;
  const shaped = (name: string, gradient: Value): [string, Value] => [
    name,
    builder.reshape(gradient, graph.weight(name).shape),
  ];
  return Object.fromEntries(
    projections.flatMap((name) => [
      shaped(`${name}_kernel`, maps[name].kernelGradient(gradients[name])),
      ...(useBias ? [shaped(`${name}_bias`, maps[name].biasGradient(gradients[name]))] : []),
    ]),
  );
}

/** Rows `[batch · steps, heads · keyDim]` of the sequence `like` as `[batch, heads, steps, keyDim]`. */
function intoHeads(builder: GraphBuilder, rows: Value, like: Value, { heads, keyDim }: MultiHeadAttention): Value {
  const [batch, steps] = like.shape as [Dimension, number, number];
  return builder.transpose(builder.reshape(rows, [batch, steps, heads, keyDim]), [0, 2, 1, 3]);
}

function outOfHeads(builder: GraphBuilder, value: Value): Value {
  const [batch, heads, steps, keyDim] = value.shape as [Dimension, number, number, number];
  return asRows(builder, builder.reshape(builder.transpose(value, [0, 2, 1, 3]), [batch, steps, heads * keyDim]));
}
