import { describe, expect, it, vi } from "vitest";
import { bytesText, engineLines, engineName, statusText, timeText } from "./statusText";

vi.mock("vscode", async () => (await import("../commands/testing/answers")).words);

const wasm = { training: "onnxruntime 1.30.0", tensors: "wasm", native: false };
const native = { training: "onnxruntime 1.30.0", tensors: "tensorflow (tfjs-node 4.22.0)", native: true };

describe("statusText", () => {
  it("says state and engines", () => {
    expect(statusText({ state: "busy", engine: wasm })).toBe("$(loading~spin) Graft: busy · onnxruntime + wasm");
    expect(statusText({ state: "none" })).toBe("$(circle-outline) Graft: not started");
    expect(statusText({ state: "disconnected", engine: wasm, server: "gpu-box:8888" })).toBe(
      "$(debug-disconnect) Graft: disconnected · onnxruntime + wasm · on gpu-box:8888",
    );
    expect(engineName(native)).toBe("onnxruntime + tfjs-node");
  });

  it("says tensors with their memory, and instead of busy how far the work is and how long it takes", () => {
    const tensors = { count: 1, bytes: 3_140_000 };
    const work = { title: "Training", fraction: 0.459, secondsLeft: 7.2 };
    expect(statusText({ state: "busy", tensors, work })).toBe(
      "$(loading~spin) Graft: Training 45 %, 8 s left · 1 tensor, 3.1 MB",
    );
    expect(statusText({ state: "busy", work: { ...work, secondsLeft: undefined } })).toContain("Training 45 %");
    expect(statusText({ state: "idle", tensors: { count: 0, bytes: 0 } })).not.toContain("tensor");
    expect([812, 46_940, 4_694_000, 250e6].map(bytesText)).toEqual(["812 bytes", "46.9 kB", "4.7 MB", "250 MB"]);
    expect([0.2, 99, 700].map(timeText)).toEqual(["1 s", "99 s", "12 min"]);
  });

  it("tells how to get the native engine only where it is missing", () => {
    expect(engineLines(wasm).join("\n")).toContain("Install Native Engine");
    expect(engineLines(native).join("\n")).not.toContain("Install Native Engine");
  });
});
