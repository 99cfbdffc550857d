// Regenerates the .gen.ts files from the .proto files beside them. Needs a network; the versions are pinned so that the output
// only changes when a .proto file does.
import { spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const lab = join(dirname(fileURLToPath(import.meta.url)), "..", "src", "lab");
const protos = [
  // Taken whole from the Python package onnx 1.23.1 (Apache-2.0).
  [join(lab, "engine", "onnx"), "onnx"],
  [join(lab, "backbone", "operators", "savedModel"), "tensorflow"],
];
for (const [folder, name] of protos) generate(folder, name);

function generate(folder, name) {
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
      ["-y", ...packages, "buf", "generate", "--path", `${name}.proto`, "--template", join(out, "buf.gen.json")],
      { cwd: folder, stdio: "inherit", shell: process.platform === "win32" },
    );
    if (result.status !== 0) process.exit(result.status ?? 1);
    renameSync(join(out, `${name}_pb.ts`), join(folder, `${name}.gen.ts`));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
