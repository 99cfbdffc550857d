/** A model whose beginning runs as it is, through the calls that a cell makes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { createOnnxruntimeEngine } from "../../engine/onnxruntimeEngine";
import { graftOn } from "../../train/graft";
import { LabRuntime } from "../../train/labRuntime";
import { backbones } from "../backbones";

const engine = createOnnxruntimeEngine();
afterAll(() => engine.dispose());

test("it says what cannot be trained, and is exported with it", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const backbone = await backbones.load(join(import.meta.dirname, "__goldens__", "unknown.onnx"));
  expect(warn.mock.calls.flat().join(" ")).toContain("Softplus");
  warn.mockRestore();
  const model = graftOn(new LabRuntime(engine), backbone, { classes: ["a", "b"], checkpoints: false });
  const folder = await mkdtemp(join(tmpdir(), "graft-opaque-"));
  try {
    const { largestDifference } = await model.exportTo("onnx", join(folder, "model.onnx"));
    expect(largestDifference).toBeLessThan(1e-4);
    await expect(model.exportTo("tfjs", join(folder, "tfjs"))).rejects.toMatchObject({
      code: "export/unsupported-layer",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
