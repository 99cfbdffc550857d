import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { type Manifest, readWeights } from "./storedWeights";

const kernel = { name: "scope/dense/kernel", shape: [3, 4], dtype: "float32" };
const bias = { name: "dense/bias", shape: [5], dtype: "float32" };

/** Bytes of every pattern, so that halves that are subnormal, infinite or none are among them. */
function bytesOf(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 37 + 11) % 256));
}

/** Shards cut anywhere, also inside a number. */
function filesOf(bytes: Buffer) {
  const parts = new Map([
    ["a", bytes.subarray(0, 7)],
    ["b", bytes.subarray(7)],
  ]);
  return {
    origin: "memory",
    modelJson: () => Promise.resolve(undefined),
    shard: (path: string) => Promise.resolve(parts.get(path)!),
  };
}

test.each([
  ["float32", undefined, undefined, 4 * 12 + 4 * 5],
  ["uint8", { dtype: "uint8", scale: 0.0123, min: -1.57 }, { dtype: "uint8", scale: 7, min: 3 }, 12 + 5],
  ["uint16", { dtype: "uint16", scale: 1e-5, min: -0.3 }, { dtype: "uint16", scale: 0.1, min: 0 }, 24 + 10],
  ["float16", { dtype: "float16" }, { dtype: "float16" }, 24 + 10],
  ["a mixture", { dtype: "uint8", scale: 0.5, min: 0 }, undefined, 12 + 20],
])("%s weights are decoded as tfjs decodes them", async (_, first, second, length) => {
  const weights = [
    { ...kernel, ...(first && { quantization: first }) },
    { ...bias, ...(second && { quantization: second }) },
  ];
  const bytes = bytesOf(length);
  const decoded = tf.io.decodeWeights(Uint8Array.from(bytes).buffer, weights as tf.io.WeightsManifestEntry[]);
  const read = await readWeights(filesOf(bytes), [{ paths: ["a", "b"], weights }]);
  expect([...read.keys()]).toEqual(["dense/kernel", "dense/bias"]);
  expect([...read.get("dense/kernel")!.data]).toEqual([...decoded["scope/dense/kernel"]!.dataSync()]);
  expect([...read.get("dense/bias")!.data]).toEqual([...decoded["dense/bias"]!.dataSync()]);
});

test.each([
  [{ ...kernel, dtype: "int32" }, "scope/dense/kernel in int32"],
  [{ ...kernel, dtype: "string" }, "scope/dense/kernel in string"],
  [{ ...kernel, quantization: { dtype: "uint4" } }, 'scope/dense/kernel in float32, quantized to {"dtype":"uint4"}'],
  [{ ...kernel, quantization: { dtype: "uint8", min: 0 } }, expect.stringContaining("scope/dense/kernel")],
])("what cannot be decoded is refused by name", async (weight, found) => {
  const manifest: Manifest = [{ paths: ["a", "b"], weights: [weight] }];
  await expect(readWeights(filesOf(bytesOf(48)), manifest)).rejects.toMatchObject({
    code: "backbone/unsupported-weights",
    found,
  });
});

test("a byte too few or too many is a damaged shard", async () => {
  const weights = [{ ...kernel, quantization: { dtype: "uint8", scale: 1, min: 0 } }];
  for (const length of [11, 13]) {
    await expect(readWeights(filesOf(bytesOf(length)), [{ paths: ["a", "b"], weights }])).rejects.toMatchObject({
      code: "backbone/truncated-shard",
      expected: expect.stringContaining("12 bytes"),
      found: `${length} bytes`,
    });
  }
});
