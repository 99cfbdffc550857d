/**
 * Keras 3 saves a batch norm as the arithmetic that it is: `x · s + (beta - mean · s)` with `s = gamma / sqrt(variance + epsilon)`. It becomes one
 * operator again, so that it is a layer that is trained as one.
 */
import type { Constant, OperatorGraph, OperatorNode } from "../operatorGraph";
import { upTo } from "../operatorPaths";

export interface WithBatchNorms {
  readonly graph: OperatorGraph;
  /** What each such operator was made of, by the name of its value. */
  readonly parts: ReadonlyMap<string, readonly OperatorNode[]>;
}

interface BatchNorm {
  readonly x: string;
  readonly mean: string;
  readonly variance: string;
  /** Undefined where it is one. */
  readonly gamma: string | undefined;
  /** Undefined where it is zero. */
  readonly beta: string | undefined;
  readonly epsilon: number;
  readonly nodes: readonly OperatorNode[];
}

export function withBatchNorms(graph: OperatorGraph): WithBatchNorms {
  const makers = new Map(graph.nodes.map((node) => [node.name, node]));
  const constants = new Map(graph.constants);
  const parts = new Map<string, readonly OperatorNode[]>();
  const nodes = graph.nodes.map((node) => {
    const norm = batchNormAt(node, makers, graph.constants);
    if (norm === undefined) return node;
    parts.set(node.outputs[0]!, norm.nodes);
    // Keras calls the layer as the folder of these operators is called.
    const name = node.name.replace(/\/batchnorm\/add_1$/, "");
    const { shape, data } = constants.get(norm.mean)!;
    const filled = (known: string | undefined, part: string, value: number) => {
      if (known !== undefined) return known;
      constants.set(`${node.name}/${part}`, { shape, data: new Float32Array(data.length).fill(value) });
      return `${node.name}/${part}`;
    };
    const inputs = [norm.x, filled(norm.gamma, "gamma", 1), filled(norm.beta, "beta", 0), norm.mean, norm.variance];
    const attributes = new Map<string, number | boolean>([
      ["epsilon", norm.epsilon],
      ["is_training", false],
    ]);
    return { ...node, name, op: "FusedBatchNormV3", inputs, attributes };
  });
  return { graph: upTo({ ...graph, nodes, constants }, graph.output), parts };
}

function batchNormAt(
  sum: OperatorNode,
  makers: ReadonlyMap<string, OperatorNode>,
  constants: ReadonlyMap<string, Constant>,
): BatchNorm | undefined {
  const made = (name: string | undefined, ...ops: readonly string[]) => {
    const node = makers.get(name ?? "");
    return node !== undefined && ops.includes(node.op) ? node : undefined;
  };
  /** A number for each channel; where Keras was told the axis it is in the shape of an image, channels last. */
  const vectorOf = (name: string | undefined): Vector | undefined => {
    if (name !== undefined && constants.get(name)?.shape.length === 1) return { name, nodes: [] };
    const reshape = made(name, "Reshape");
    const [from = "", to = ""] = reshape?.inputs ?? [];
    const { shape: [channels, ...rest] = [] } = constants.get(from) ?? {};
    const isLast = channels !== undefined && rest.length === 0 && constants.get(to)?.data.at(-1) === channels;
    return reshape !== undefined && isLast ? { name: from, nodes: [reshape] } : undefined;
  };
  if (sum.op !== "AddV2" && sum.op !== "Add") return undefined;
  const scaled = made(sum.inputs[0], "Mul");
  const shift = made(sum.inputs[1], "Sub", "Mul");
  // Without beta it is (-mean) · s.
  const isCentred = shift?.op === "Sub";
  const centre = isCentred ? made(shift.inputs[1], "Mul") : shift;
  const negative = isCentred ? undefined : made(shift?.inputs[0], "Neg");
  if (scaled === undefined || shift === undefined || centre === undefined) return undefined;
  const [x, scale] = scaled.inputs as readonly [string, string];
  const [, sameScale] = centre.inputs as readonly [string, string];
  const product = made(scale, "Mul");
  const root = made(product?.inputs[0] ?? scale, "Rsqrt");
  const widened = made(root?.inputs[0], "AddV2", "Add");
  if (scale !== sameScale || root === undefined || widened === undefined) return undefined;
  if (!isCentred && negative === undefined) return undefined;
  const mean = vectorOf((negative ?? centre).inputs[0]);
  const variance = vectorOf(widened.inputs[0]);
  const epsilon = constants.get(widened.inputs[1] ?? "");
  const gamma = vectorOf(product?.inputs[1]);
  const beta = isCentred ? vectorOf(shift.inputs[0]) : undefined;
  if (mean === undefined || variance === undefined || epsilon?.data.length !== 1) return undefined;
  if ((gamma === undefined) !== (product === undefined) || (beta === undefined) === isCentred) return undefined;
  const vectors = [mean, variance, gamma, beta].flatMap((vector) => vector?.nodes ?? []);
  const optional = [product, negative].filter((node) => node !== undefined);
  return {
    x,
    mean: mean.name,
    variance: variance.name,
    gamma: gamma?.name,
    beta: beta?.name,
    epsilon: epsilon.data[0]!,
    nodes: [...vectors, widened, root, ...optional, scaled, centre, shift, sum],
  };
}

interface Vector {
  readonly name: string;
  readonly nodes: readonly OperatorNode[];
}
