/**
 * A model of operators as layers. Operators that no layer can express are run as they are, together with all that they depend on, as one layer at
 * the beginning that cannot be trained; what comes behind them is layers like any other.
 */
import { GraftError } from "../../../shared/graftError";
import type { LayerGraph, OperatorOutput, Weights } from "../layerGraph";
import { sizeOf, type Shape } from "../kinds/layerKind";
import type { LayerValue } from "./layerValue";
import type { LayerNames } from "./layerNames";
import type { LayerWriter } from "./layerWriter";
import type { OperatorGraph, OperatorNode } from "./operatorGraph";
import { descendants, upTo, withAncestors } from "./operatorPaths";
import { isConstant } from "./operatorRule";
import type { OperatorSource } from "./operatorSource";
import { requireParity } from "./requireParity";
import { translate, type Refused, type Translation } from "./translate";

export interface OperatorModel {
  readonly graph: LayerGraph;
  readonly weights: Weights;
}

/**
 * @param say Told in words what cannot be trained, and why.
 * @throws GraftError `backbone/open-input-size`, `backbone/unsupported-operator`, `backbone/differs` when the layers do not compute what the operators do.
 */
export async function modelFromOperators(
  source: OperatorSource,
  say: (sentence: string) => void,
): Promise<OperatorModel> {
  const { graph, rules, shapeOperator } = source;
  const input = inputOf(graph, source.channelsFirst(graph.input.name));
  const start = { input, inputValue: inputValueOf(source, input), opaque: new Set<OperatorNode>() };
  const first = translate(graph, rules, shapeOperator, start);
  if (first.refused.length === 0) return checked(source, graph, input, first);
  return checked(...(await withOpaque(source, input, start.inputValue, say)));
}

type ToCheck = readonly [OperatorSource, OperatorGraph, LayerGraph["input"], Translation];

async function withOpaque(
  source: OperatorSource,
  input: LayerGraph["input"],
  inputValue: LayerValue,
  say: (sentence: string) => void,
): Promise<ToCheck> {
  const { rules, shapeOperator } = source;
  const shapes = await shapesOf(source, inputValue);
  const standIn = (value: string): LayerValue | undefined => {
    const shape = shapes.get(value);
    if (shape === undefined || shape.length < 2 || shape.length > 4) return undefined;
    return { layer: value, ...layerShape(shape, source.channelsFirst(value)) };
  };
  const survey = translate(source.graph, rules, shapeOperator, { input, inputValue, opaque: new Set(), standIn });
  const { graph, dropped } = withoutEnd(source.graph, survey);
  let refused = survey.refused.filter(({ node }) => graph.nodes.includes(node));
  if (dropped.length > 0) {
    say(
      `${graph.origin} is read up to "${graph.output}": ${inWords(dropped)} behind it is none of the layers that Graft has.`,
    );
  }
  for (;;) {
    const opaque = withAncestors(
      graph,
      refused.map(({ node }) => node),
    );
    const names = [...new Set(refused.map(({ node }) => node.op))];
    const begin = (writer: LayerWriter, layerNames: LayerNames) =>
      refused.length === 0
        ? new Map<string, LayerValue>()
        : opaqueValues(source, graph, opaque, names, { input, standIn, writer, layerNames });
    const translation = translate(graph, rules, shapeOperator, { input, inputValue, opaque, begin });
    if (translation.refused.length === 0) {
      if (refused.length > 0) {
        say(
          `${graph.origin}: ${inWords(refused)} runs as it is, with everything before it, and cannot be trained. The layers behind it can.`,
        );
      }
      return [source, graph, input, translation];
    }
    refused = [...refused, ...translation.refused];
  }
}

/** Without operators at the end that have no rule and no weights behind them: the classes of a classifier, boxes, sorted scores. */
function withoutEnd(graph: OperatorGraph, { refused, values }: Translation) {
  const last = refused.filter(({ node }) => !descendants(graph, node).some((other) => hasKernel(graph, other)));
  const nodes = last.map(({ node }) => node);
  const gone = new Set([...nodes, ...nodes.flatMap((node) => descendants(graph, node))]);
  const kept = graph.nodes.filter((node) => !gone.has(node));
  const made = new Set(kept.flatMap(({ outputs }) => outputs));
  const isComputed = (name: string) => {
    const value = values.get(name);
    return made.has(name) && value !== undefined && !isConstant(value);
  };
  const crossing = new Set([...gone].flatMap(({ inputs }) => inputs.filter(isComputed)));
  const [output] = crossing;
  const keepsKernels = kept.some((node) => hasKernel(graph, node));
  if (last.length === 0 || output === undefined || crossing.size > 1 || !keepsKernels) return { graph, dropped: [] };
  return { graph: upTo(graph, output), dropped: last };
}

function hasKernel(graph: OperatorGraph, { inputs }: OperatorNode): boolean {
  return inputs.some((name) => {
    const constant = graph.constants.get(name);
    return constant?.data instanceof Float32Array && constant.shape.length > 1 && sizeOf(constant.shape) > 1;
  });
}

interface OpaquePlace {
  readonly input: LayerGraph["input"];
  readonly standIn: (value: string) => LayerValue | undefined;
  readonly writer: LayerWriter;
  readonly layerNames: LayerNames;
}

/** Writes the layer that runs the opaque operators, and what takes its row apart where several values come out of it. */
function opaqueValues(
  source: OperatorSource,
  graph: OperatorGraph,
  opaque: ReadonlySet<OperatorNode>,
  operators: readonly string[],
  { input, standIn, writer, layerNames }: OpaquePlace,
): ReadonlyMap<string, LayerValue> {
  const made = new Set([...opaque].flatMap(({ outputs }) => outputs));
  const read = new Set([graph.output, ...graph.nodes.flatMap((node) => (opaque.has(node) ? [] : node.inputs))]);
  const outputs = [...made]
    .filter((value) => read.has(value))
    .flatMap((value): OperatorOutput[] => {
      const known = standIn(value);
      return known === undefined ? [] : [{ value, shape: known.shape, channelsFirst: known.channelsFirst }];
    });
  const name = layerNames.take("operators");
  const { layer, weights } = source.opaqueLayer(name, input, {
    nodes: graph.nodes.filter((node) => opaque.has(node)),
    outputs,
    operators,
  });
  writer.layers.push(layer);
  for (const [weight, tensor] of weights) writer.weights.set(weight, tensor);
  let offset = 0;
  return new Map(
    outputs.map(({ value, shape, channelsFirst }): [string, LayerValue] => {
      const own = outputs.length === 1 ? name : writer.unpack(name, value, offset, shape);
      offset += sizeOf(shape);
      return [value, { layer: own, shape, channelsFirst }];
    }),
  );
}

async function checked(
  source: OperatorSource,
  { origin, output }: OperatorGraph,
  input: LayerGraph["input"],
  { writer, values }: Translation,
): Promise<OperatorModel> {
  const result = values.get(output);
  if (result === undefined || isConstant(result)) {
    throw new GraftError({
      code: "backbone/unsupported-operator",
      expected: `float32 numbers computed from the image as the result of ${origin}`,
      found: `"${output}", which is none`,
      remedy: "Export the part of the model that computes features or logits",
    });
  }
  const graph = { input, layers: writer.layers, output: result.layer };
  const model = { graph, weights: writer.weights };
  await requireParity(source, model, values);
  return model;
}

/** Of every value, found out by running the model on one image. */
async function shapesOf(source: OperatorSource, { shape }: LayerValue): Promise<ReadonlyMap<string, Shape>> {
  const { input, nodes } = source.graph;
  const sides = source.channelsFirst(input.name) ? [shape[2]!, shape[0]!, shape[1]!] : shape;
  const image = { shape: [1, ...sides], data: new Float32Array(sizeOf(sides)).fill(0.5) };
  const run = await source.run(
    image,
    nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== "")),
  );
  return new Map([...run].filter(([, { data }]) => data !== undefined).map(([name, tensor]) => [name, tensor.shape]));
}

function layerShape(shape: Shape, channelsFirst: boolean): Pick<LayerValue, "shape" | "channelsFirst"> {
  const [, ...sides] = shape;
  if (sides.length !== 3 || !channelsFirst) return { shape: sides, channelsFirst: false };
  return { shape: [sides[1]!, sides[2]!, sides[0]!], channelsFirst };
}

function inputOf({ origin, input: { name, shape } }: OperatorGraph, channelsFirst: boolean): LayerGraph["input"] {
  const [, ...sides] = shape;
  if (sides.length === 0 || sides.length > 3 || !sides.every((side) => side !== undefined)) {
    throw new GraftError({
      code: "backbone/open-input-size",
      expected: `an input of fixed size in ${origin}, images of [batch, height, width, channels] or with their channels first`,
      found: `"${name}" of [${shape.map((side) => side ?? "?").join(", ")}]`,
      remedy: "Export the model with a fixed input size",
    });
  }
  const layer = layerShape([1, ...sides], channelsFirst);
  return { name, shape: layer.shape };
}

function inputValueOf(source: OperatorSource, { name, shape }: LayerGraph["input"]): LayerValue {
  return { layer: name, shape, channelsFirst: shape.length === 3 && source.channelsFirst(source.graph.input.name) };
}

function inWords(refused: readonly Refused[]): string {
  const words = [...new Set(refused.map(({ node, reason }) => `${node.op} (${reason})`))];
  return words.length > 4 ? `${words.slice(0, 3).join(", ")} and ${words.length - 3} more` : words.join(", ");
}
