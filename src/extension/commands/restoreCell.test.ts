import { describe, expect, it } from "vitest";
import { restoreCell } from "./restoreCell";

const saved = (file: string, savedAt: string, variable?: string) => ({
  file: `/store/checkpoints/${file}`,
  backbone: "fashion-cnn",
  reached: "last 3 layers, epoch 4 of 20",
  savedAt,
  ...(variable === undefined ? {} : { variable }),
});

describe("restoreCell", () => {
  const older = saved("a.safetensors", "2026-01-01T10:00:00Z", "model");
  const newer = saved("b.safetensors", "2026-01-01T11:00:00Z", "model");
  const nameless = saved("c.safetensors", "2026-01-01T12:00:00Z");

  it("names the variable of the newest checkpoint and declares it again", () => {
    expect(restoreCell(newer, [newer, older, nameless])).toContain('const model = await checkpoints.restore("model");');
  });

  it("names the file of an older one, and of one that no variable held", () => {
    expect(restoreCell(older, [newer, older])).toContain('const model = await checkpoints.restore("a.safetensors");');
    expect(restoreCell(nameless, [nameless])).toContain('const model = await checkpoints.restore("c.safetensors");');
  });
});
