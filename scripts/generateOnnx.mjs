// Regenerates src/lab/engine/onnx/onnx.gen.ts from onnx.proto beside it (taken from the Python package onnx 1.23.1,
// Apache-2.0). Needs a network; the versions are pinned so that the output only changes when onnx.proto does.
import { spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "src", "lab", "engine", "onnx");
const out = mkdtempSync(join(folder, "generated-"));
const template = {
  version: "v2",
  plugins: [{ local: "protoc-gen-es", out, opt: ["target=ts", "erasable_syntax=true"] }],
};
try {
  writeFileSync(join(out, "buf.gen.json"), JSON.stringify(template));
  const packages = ["@bufbuild/buf@1.50.0", "@bufbuild/protoc-gen-es@2.17.0"].flatMap((name) => ["-p", name]);
  const result = spawnSync(
    "npx",
    ["-y", ...packages, "buf", "generate", "--path", "onnx.proto", "--template", join(out, "buf.gen.json")],
    { cwd: folder, stdio: "inherit", shell: process.platform === "win32" },
  );
  if (result.status !== 0) process.exit(result.status ?? 1);
  renameSync(join(out, "onnx_pb.ts"), join(folder, "onnx.gen.ts"));
} finally {
  rmSync(out, { recursive: true, force: true });
}
