/**
 * Rows of the conformance suite for sequences, and for layers that join, move or reshape values of any rank. One table of data:
 * longer than a file of code should be.
 */
import type { LayerOf } from "../../backbone/layerGraph";
import { branched, from } from "./branched";
import type { ConformanceCase } from "./conformanceCase";
import { conv, dense, norm } from "./networks";

const flatten = { type: "Flatten", name: "flatten" } as const;
const add = (inputs: readonly string[], name = "add") => ({ type: "Add", name, inputs }) as const;
const multiply = (inputs: readonly string[], name = "multiply") => ({ type: "Multiply", name, inputs }) as const;
const concatenate = (axis: number, inputs: readonly string[], name = "joined") =>
  ({ type: "Concatenate", name, axis, inputs }) as const;
const reshape = (shape: readonly number[], name = "reshape") => ({ type: "Reshape", name, shape }) as const;
const layerNorm = (name = "norm") => ({ type: "LayerNormalization", name, epsilon: 1e-3 }) as const;
const unitNorm = { type: "UnitNormalization", name: "unit" } as const;
const activation = (kind: "relu" | "gelu" | "sigmoid", name: string = kind) =>
  ({ type: "Activation", name, activation: kind }) as const;
const average = { type: "GlobalAveragePooling1D", name: "average" } as const;
const embedding = (inputDim: number, outputDim = 4, name = "words") =>
  ({ type: "Embedding", name, inputDim, outputDim }) as const;
const positions = (sequenceLength: number) =>
  ({ type: "PositionEmbedding", name: "positions", sequenceLength }) as const;
const mask = { type: "PaddingMask", name: "mask", paddingId: 0, inputs: ["input"] } as const;

function attention(
  inputs: readonly string[],
  options: Partial<Omit<LayerOf<"MultiHeadAttention">, "type" | "inputs">> = {},
) {
  return {
    type: "MultiHeadAttention",
    name: "attention",
    heads: 2,
    keyDim: 3,
    useBias: true,
    ...options,
    inputs,
  } as const;
}

const smallConv = (name: string, filters = 3) => conv(name, { filters, kernelSize: [2, 2] });

const joins: readonly ConformanceCase[] = [
  {
    name: "residual block: one value with three readers",
    graph: branched(
      [4, 3, 2],
      [smallConv("a"), smallConv("b"), smallConv("c"), add(["a", "b", "c"]), flatten, dense("head")],
    ),
  },
  {
    name: "residual block of a frozen layer",
    graph: branched([4, 3, 2], [smallConv("a"), smallConv("b"), add(["b", "a"]), flatten, dense("head")]),
    trainable: ["a", "head"],
  },
  {
    name: "add one value to itself",
    graph: branched([5], [dense("a"), add(["a", "a"]), dense("head")]),
  },
  {
    name: "add with sides of 1, images",
    graph: branched(
      [4, 3, 2],
      [
        smallConv("a"),
        from("input", conv("row", { kernelSize: [4, 3], padding: "valid" })),
        from("a", conv("column", { kernelSize: [1, 3], padding: "valid", filters: 1 })),
        add(["a", "row", "column"]),
        flatten,
        dense("head"),
      ],
    ),
  },
  {
    name: "add with sides of 1, sequences",
    graph: branched(
      [3, 4],
      [
        dense("a", { units: 3 }),
        from("input", dense("narrow", { units: 1 })),
        from("a", average),
        reshape([1, 3]),
        add(["a", "narrow", "reshape"]),
        flatten,
        dense("head"),
      ],
    ),
  },
  {
    name: "multiply three values",
    graph: branched(
      [5],
      [
        dense("a"),
        from("input", dense("b")),
        from("input", dense("c")),
        multiply(["a", "b", "c"]),
        dense("head", { units: 3 }),
      ],
    ),
  },
  {
    name: "multiply by a value that nothing trains",
    graph: branched(
      [4],
      [dense("a"), multiply(["a", "input"]), multiply(["input", "multiply"], "again"), dense("head")],
    ),
  },
  {
    name: "squeeze and excite",
    graph: branched(
      [4, 3, 2],
      [
        smallConv("a", 4),
        { type: "GlobalAveragePooling2D", name: "squeeze", keepDims: false },
        dense("narrow", { units: 2, activation: "relu" }),
        dense("wide", { units: 4, activation: "sigmoid" }),
        reshape([1, 1, 4]),
        multiply(["a", "reshape"]),
        flatten,
        dense("head"),
      ],
    ),
  },
  ...[0, 1, 2].map((axis) => ({
    name: `concatenate images along axis ${axis}`,
    graph: branched(
      [4, 3, 2],
      [
        smallConv("a"),
        from("input", smallConv("b")),
        concatenate(axis, ["a", "b", "a"]),
        smallConv("after", 2),
        flatten,
        dense("head"),
      ],
    ),
  })),
  ...[0, 1].map((axis) => ({
    name: `concatenate sequences along axis ${axis}`,
    graph: branched(
      [3, 4],
      [dense("a"), from("input", dense("b")), concatenate(axis, ["a", "input", "b"]), flatten, dense("head")],
    ),
  })),
  {
    name: "concatenate features of different widths, one frozen",
    graph: branched(
      [5],
      [
        dense("a", { units: 2 }),
        from("input", dense("frozen", { units: 3 })),
        concatenate(0, ["frozen", "a"]),
        dense("head"),
      ],
    ),
    trainable: ["a", "head"],
  },
];

const arrangements: readonly ConformanceCase[] = [
  {
    name: "reshape image to sequence to image",
    graph: branched(
      [4, 3, 2],
      [
        smallConv("a"),
        reshape([6, 6], "steps"),
        dense("b"),
        reshape([2, 3, 4]),
        smallConv("c"),
        flatten,
        dense("head"),
      ],
    ),
  },
  {
    name: "reshape image to image",
    graph: branched([4, 3, 2], [smallConv("a"), reshape([2, 9, 2]), smallConv("b"), flatten, dense("head")]),
  },
  {
    name: "reshape features to image to features",
    graph: branched(
      [5],
      [dense("a", { units: 12 }), reshape([2, 3, 2]), smallConv("b"), reshape([18], "row"), dense("head")],
    ),
  },
  {
    name: "reshape the input",
    graph: branched([12], [reshape([3, 2, 2]), smallConv("a"), flatten, dense("head")]),
  },
  {
    name: "flatten a sequence",
    graph: branched([3, 4], [dense("a"), flatten, dense("head")]),
  },
  {
    name: "residual block cut open: unpack an image, a sequence and features",
    graph: branched(
      [24 + 6 + 4],
      [
        { type: "Unpack", name: "image", offset: 0, shape: [4, 3, 2] },
        { type: "Unpack", name: "steps", offset: 24, shape: [3, 2], inputs: ["input"] },
        { type: "Unpack", name: "features", offset: 30, shape: [4], inputs: ["input"] },
        from("image", conv("a", { filters: 2 })),
        add(["image", "a"]),
        { ...flatten, name: "flatImage" },
        dense("b"),
        add(["b", "features"], "sum"),
        from("steps", dense("c")),
        average,
        add(["sum", "average"], "all"),
        dense("head", { units: 3 }),
      ],
    ),
  },
  {
    name: "pack and unpack in the middle",
    graph: branched(
      [4, 3, 2],
      [
        smallConv("a"),
        from("input", conv("b", { filters: 2, kernelSize: [1, 1] })),
        from("b", { type: "GlobalAveragePooling2D", name: "mean", keepDims: false }),
        { type: "Pack", name: "row", inputs: ["mean", "a", "b", "input"] },
        { type: "Unpack", name: "a again", offset: 2, shape: [4, 3, 3] },
        { type: "Unpack", name: "rest", offset: 38, shape: [12, 4], inputs: ["row"] },
        from("a again", smallConv("c", 2)),
        { ...flatten, name: "flat c" },
        from("rest", dense("d", { units: 2 })),
        { ...flatten, name: "flat d" },
        add(["flat c", "flat d"]),
        dense("head"),
      ],
    ),
  },
];

const sequences: readonly ConformanceCase[] = [
  {
    name: "dense over a sequence, relu",
    graph: branched([3, 4], [dense("a"), dense("b", { units: 5, activation: "relu" }), flatten, dense("head")]),
  },
  {
    name: "dense over a sequence, without bias, softmax",
    graph: branched(
      [3, 4],
      [dense("a"), dense("b", { useBias: false, activation: "softmax" }), flatten, dense("head")],
    ),
  },
  {
    name: "activation of a sequence",
    graph: branched([3, 4], [dense("a"), activation("gelu"), flatten, dense("head")]),
  },
  ...["trained", "frozen"].map((state) => ({
    name: `batch norm of a sequence, ${state}`,
    graph: branched([3, 4], [dense("a", { units: 5 }), activation("gelu"), norm("bn"), flatten, dense("head")]),
    ...(state === "frozen" && { trainable: ["a", "head"] }),
  })),
  {
    name: "layer norm of features",
    graph: branched([5], [dense("a", { units: 6 }), layerNorm(), dense("head")]),
  },
  {
    name: "layer norm of a sequence",
    graph: branched([3, 4], [dense("a", { units: 6 }), layerNorm(), flatten, dense("head")]),
  },
  {
    name: "layer norm of an image",
    graph: branched([4, 3, 2], [smallConv("a", 4), layerNorm(), smallConv("b"), flatten, dense("head")]),
  },
  {
    name: "layer norm, frozen",
    graph: branched([3, 4], [dense("a", { units: 6 }), layerNorm(), flatten, dense("head")]),
    trainable: ["a", "head"],
  },
  {
    name: "layer norm first",
    graph: branched([3, 4], [layerNorm(), flatten, dense("head")]),
  },
  {
    name: "unit norm of features",
    graph: branched([5], [dense("a", { units: 6 }), unitNorm, dense("head")]),
  },
  {
    name: "unit norm of a sequence",
    graph: branched([3, 4], [dense("a", { units: 6 }), unitNorm, flatten, dense("head")]),
  },
  {
    name: "unit norm of an image",
    graph: branched([4, 3, 2], [smallConv("a", 4), unitNorm, smallConv("b"), flatten, dense("head")]),
  },
  {
    name: "average over steps",
    graph: branched([3, 4], [dense("a"), average, dense("head")]),
  },
  {
    name: "steps at places, some twice, some of none that there is",
    graph: branched(
      [6],
      [
        embedding(9),
        { type: "GatherSteps", name: "places", inputs: ["words", "input"] },
        dense("after", { units: 3 }),
        flatten,
        dense("head"),
      ],
    ),
    // Places from 0 to 8 in six steps.
    tokens: 9,
  },
  {
    name: "steps at places of a frozen sequence",
    graph: branched(
      [6],
      [embedding(6), { type: "GatherSteps", name: "places", inputs: ["words", "input"] }, flatten, dense("head")],
    ),
    trainable: ["head"],
    tokens: 6,
  },
  {
    name: "embedding, repeated tokens",
    graph: branched([6], [embedding(4), average, dense("head")]),
    tokens: 4,
  },
  {
    name: "embedding of a large vocabulary, repeated tokens",
    graph: branched([6], [embedding(1100), flatten, dense("head")]),
    tokens: 5,
    batch: 4,
  },
  {
    name: "embedding of a large vocabulary, more tokens than are told apart at once",
    graph: branched([520], [embedding(1030, 2), average, dense("head")]),
    tokens: 40,
  },
  {
    name: "embedding, frozen",
    graph: branched([6], [embedding(4), dense("a"), average, dense("head")]),
    trainable: ["a", "head"],
    tokens: 4,
  },
  {
    name: "position embedding, as long as the sequence",
    graph: branched([6], [embedding(4), positions(6), add(["words", "positions"]), dense("a"), average, dense("head")]),
    tokens: 4,
  },
  {
    name: "position embedding, longer than the sequence, times it",
    graph: branched([3, 4], [dense("a"), positions(5), multiply(["a", "positions"]), flatten, dense("head")]),
  },
  {
    name: "position embedding, frozen",
    graph: branched([3, 4], [dense("a"), positions(5), multiply(["a", "positions"]), flatten, dense("head")]),
    trainable: ["a", "head"],
  },
  {
    name: "masked average over steps",
    graph: branched([6], [embedding(5), mask, from(["words", "mask"], average), dense("head")]),
    tokens: 5,
  },
];

const attentions: readonly ConformanceCase[] = [
  {
    name: "self-attention",
    graph: branched([4, 3], [dense("a"), attention(["a"]), flatten, dense("head")]),
  },
  {
    name: "self-attention without bias, one head",
    graph: branched([4, 3], [dense("a"), attention(["a"], { useBias: false, heads: 1 }), flatten, dense("head")]),
  },
  {
    name: "self-attention, frozen",
    graph: branched([4, 3], [dense("a"), attention(["a"]), flatten, dense("head")]),
    trainable: ["a", "head"],
  },
  {
    name: "self-attention first",
    graph: branched([4, 3], [attention(["input"]), flatten, dense("head")]),
  },
  {
    name: "attention with query and value named twice",
    graph: branched([4, 3], [dense("a"), attention(["a", "a"]), flatten, dense("head")]),
  },
  {
    name: "cross attention between sequences of other lengths and widths",
    graph: branched(
      [4, 3],
      [
        dense("query", { units: 5 }),
        from("input", dense("values", { units: 4 })),
        reshape([2, 8]),
        attention(["query", "reshape"]),
        flatten,
        dense("head"),
      ],
    ),
  },
  {
    name: "cross attention to what nothing trains",
    graph: branched([4, 3], [dense("query", { units: 5 }), attention(["query", "input"]), flatten, dense("head")]),
  },
  {
    name: "cross attention from what nothing trains",
    graph: branched([4, 3], [dense("values", { units: 5 }), attention(["input", "values"]), flatten, dense("head")]),
  },
  {
    name: "masked self-attention",
    graph: branched([6], [embedding(6), mask, attention(["words", "words", "mask"]), flatten, dense("head")]),
    tokens: 6,
  },
  {
    name: "masked cross attention",
    graph: branched(
      [6],
      [
        embedding(6),
        mask,
        from("words", reshape([3, 8])),
        attention(["reshape", "words", "mask"]),
        flatten,
        dense("head"),
      ],
    ),
    tokens: 6,
  },
  {
    name: "encoder layer, normalised before",
    graph: branched(
      [4, 4],
      [
        dense("a"),
        layerNorm("norm1"),
        attention(["norm1"], { keyDim: 2 }),
        add(["a", "attention"], "sum1"),
        layerNorm("norm2"),
        dense("wide", { units: 6, activation: "gelu" }),
        dense("narrow"),
        add(["sum1", "narrow"], "sum2"),
        layerNorm("norm3"),
        average,
        dense("head", { units: 3 }),
      ],
    ),
  },
  {
    name: "text encoder: tokens and positions, masked attention, gelu, normalised before",
    graph: branched(
      [6],
      [
        embedding(6),
        positions(8),
        add(["words", "positions"], "sum0"),
        mask,
        from("sum0", layerNorm("norm1")),
        attention(["norm1", "norm1", "mask"], { keyDim: 2 }),
        add(["sum0", "attention"], "sum1"),
        layerNorm("norm2"),
        dense("wide", { units: 6, activation: "gelu" }),
        dense("narrow"),
        add(["sum1", "narrow"], "sum2"),
        layerNorm("norm3"),
        from(["norm3", "mask"], average),
        dense("head", { units: 3 }),
      ],
    ),
    tokens: 6,
  },
  {
    name: "encoder layer on masked tokens, normalised after",
    graph: branched(
      [6],
      [
        embedding(6),
        mask,
        attention(["words", "words", "mask"], { keyDim: 2 }),
        add(["words", "attention"], "sum1"),
        layerNorm("norm1"),
        dense("wide", { units: 6, activation: "relu" }),
        dense("narrow"),
        add(["norm1", "narrow"], "sum2"),
        layerNorm("norm2"),
        from(["norm2", "mask"], average),
        dense("head", { units: 3 }),
      ],
    ),
    tokens: 6,
  },
];

export const sequenceCases: readonly ConformanceCase[] = [...joins, ...arrangements, ...sequences, ...attentions];
