/** Rows of the conformance suite for low-rank updates: one or more of each kind that has matrices. */
import { branched, from } from "./branched";
import type { ConformanceCase } from "./conformanceCase";
import { conv, dense, norm } from "./networks";

const flatten = { type: "Flatten", name: "flatten" } as const;
const attention = { type: "MultiHeadAttention", name: "attention", heads: 2, keyDim: 3 } as const;

export const lowRankCases: readonly ConformanceCase[] = [
  {
    name: "low rank: dense over features, relu, the head in full",
    graph: branched([5], [dense("a", { units: 6 }), dense("b", { units: 5, activation: "relu" }), dense("head")]),
    lowRank: { layers: ["b"], rank: 2, scale: 1 },
  },
  {
    name: "low rank: dense over a sequence, without bias, and the head",
    graph: branched([3, 4], [dense("a"), dense("b", { useBias: false }), flatten, dense("head")]),
    lowRank: { layers: ["b", "head"], rank: 3, scale: 0.5 },
  },
  {
    name: "low rank: dense over a flattened image",
    graph: branched([4, 3, 2], [conv("a", { kernelSize: [2, 2] }), flatten, dense("b"), dense("head")]),
    lowRank: { layers: ["b"], rank: 2, scale: 2 },
  },
  {
    name: "low rank: 3x3 convolution, relu, before a trained batch norm",
    graph: branched(
      [4, 4, 3],
      [
        conv("a", { kernelSize: [1, 1] }),
        conv("b", { filters: 5, activation: "relu" }),
        norm("bn"),
        flatten,
        dense("head"),
      ],
    ),
    lowRank: { layers: ["b"], rank: 3, scale: 1 },
  },
  {
    name: "low rank: 1x1 convolution, with stride, before a frozen batch norm",
    graph: branched(
      [4, 4, 3],
      [
        conv("a", { kernelSize: [1, 1], filters: 4 }),
        conv("b", { kernelSize: [1, 1], filters: 5, strides: [2, 2], useBias: false }),
        norm("bn"),
        flatten,
        dense("head"),
      ],
    ),
    trainable: ["a", "b", "head"],
    lowRank: { layers: ["a", "b"], rank: 2, scale: 1.5 },
  },
  {
    name: "low rank: self-attention",
    graph: branched([4, 3], [dense("a"), { ...attention, useBias: true, inputs: ["a"] }, flatten, dense("head")]),
    lowRank: { layers: ["attention"], rank: 2, scale: 0.25 },
  },
  {
    name: "low rank: cross attention without bias, of other widths, between updated dense layers",
    graph: branched(
      [4, 3],
      [
        dense("query", { units: 5 }),
        from("input", dense("values", { units: 4 })),
        { ...attention, useBias: false, inputs: ["query", "values"] },
        flatten,
        dense("head"),
      ],
    ),
    lowRank: { layers: ["query", "values", "attention"], rank: 1, scale: 1 },
  },
];
