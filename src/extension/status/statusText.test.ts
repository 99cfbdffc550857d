import { describe, expect, it } from "vitest";
import { engineLines, engineName, statusText } from "./statusText";

const wasm = { training: "onnxruntime 1.30.0", tensors: "wasm", native: false };
const native = { training: "onnxruntime 1.30.0", tensors: "tensorflow (tfjs-node 4.22.0)", native: true };

describe("statusText", () => {
  it("says state and engines", () => {
    expect(statusText("busy", wasm)).toBe("$(loading~spin) Graft: busy · onnxruntime + wasm");
    expect(statusText("none", undefined)).toBe("$(circle-outline) Graft: not started");
    expect(statusText("disconnected", wasm, "gpu-box:8888")).toBe(
      "$(debug-disconnect) Graft: disconnected · onnxruntime + wasm · on gpu-box:8888",
    );
    expect(engineName(native)).toBe("onnxruntime + tfjs-node");
  });

  it("tells how to get the native engine only where it is missing", () => {
    expect(engineLines(wasm).join("\n")).toContain("npm run setup:native");
    expect(engineLines(native).join("\n")).not.toContain("setup:native");
  });
});
