// Builds everything that runs: one table, one row a bundle. `node esbuild.js [--watch] [BUNDLE…]`, where BUNDLE is a
// name from the column `to`; without one, all are built.
const esbuild = require("esbuild");
const fs = require("node:fs");
const path = require("node:path");

// Packages that carry binaries or read their own files at run time; they are loaded from node_modules as they are.
const native = [
  "onnxruntime-node",
  "@tensorflow/*",
  "tslab",
  "tslab/*",
  "oxc-transform",
  "oxc-parser",
  "zeromq",
  "h5wasm",
  "sharp",
];
const node = { platform: "node", format: "cjs", target: "node20.19" };
const browser = {
  platform: "browser",
  format: "esm",
  target: "chrome120",
  minify: true,
  define: { global: "globalThis" },
  // Style sheets of map traces, which plotly.js names but no figure uses; plotly brings its own styles as code.
  loader: { ".css": "empty" },
};

/** @type {{ from: string, to: string, options: import("esbuild").BuildOptions }[]} */
const bundles = [
  { from: "src/extension/extension.ts", to: "extension.js", options: { ...node, external: ["vscode"] } },
  { from: "src/extension/language/quietCellsPlugin.ts", to: "quietCells.js", options: node },
  { from: "src/kernel/main.ts", to: "kernel.js", options: { ...node, external: native } },
  { from: "src/kernel/io/ioThread.ts", to: "ioThread.js", options: { ...node, external: native } },
  { from: "src/kernel/language/languageWorker.ts", to: "languageWorker.js", options: { ...node, external: native } },
  { from: "src/lab/index.ts", to: "graft.js", options: { ...node, external: native } },
  { from: "src/lab/engine/trainer.ts", to: "trainer.js", options: { ...node, external: native } },
  { from: "src/lab/insight/maps/mapWorker.ts", to: "mapWorker.js", options: { ...node, external: native } },
  { from: "src/renderer/figure.ts", to: "renderer/figure.js", options: browser },
  { from: "src/renderer/variables/variables.ts", to: "renderer/variables.js", options: browser },
  {
    from: "src/cli/cli.ts",
    to: "cli.js",
    options: { ...node, external: native, banner: { js: "#!/usr/bin/env node" } },
  },
  ...[
    "start",
    "demo",
    "test",
    "bench",
    "pretrain",
    "makeData",
    "drawLesions",
    "notebooksBands",
    "notebooksRefresh",
    "checkRegistry",
    "tuneRecipes",
    "setupNative",
    "package",
  ].map((name) => ({
    from: `scripts/${name}.ts`,
    to: `scripts/${name}.js`,
    options: { ...node, packages: "external" },
  })),
  ...["suite", "packagedSuite", "run"].map((name) => ({
    from: `test/host/${name}.ts`,
    to: `test/host/${name}.js`,
    options: { ...node, packages: "external" },
  })),
];

const common = { bundle: true, sourcemap: "linked", logLevel: "warning", legalComments: "none" };
const watch = process.argv.includes("--watch");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

/**
 * The declarations of "graft", which the language worker reads to check cells. Made file by file without a type check, in
 * some tens of milliseconds; what an export leaves to inference becomes `any`.
 */
function writeDeclarations() {
  const { isolatedDeclarationSync } = require("oxc-transform");
  for (const layer of ["lab", "shared"]) {
    const from = path.join(__dirname, "src", layer);
    for (const file of fs.readdirSync(from, { recursive: true, encoding: "utf8" })) {
      if (file.endsWith(".ts") && !file.endsWith(".test.ts")) {
        const { code } = isolatedDeclarationSync(file, fs.readFileSync(path.join(from, file), "utf8"));
        const to = path.join(__dirname, "dist", "types", layer, file.replace(/\.ts$/, ".d.ts"));
        fs.mkdirSync(path.dirname(to), { recursive: true });
        fs.writeFileSync(to, code);
      }
    }
  }
}

async function main() {
  if (wanted.length === 0 || wanted.includes("graft.js")) {
    writeDeclarations();
  }
  const contexts = await Promise.all(
    bundles
      .filter(
        ({ from, to }) => fs.existsSync(path.join(__dirname, from)) && (wanted.length === 0 || wanted.includes(to)),
      )
      .map(({ from, to, options }) =>
        esbuild.context({
          ...common,
          ...options,
          absWorkingDir: __dirname,
          entryPoints: [from],
          outfile: path.join("dist", to),
        }),
      ),
  );
  if (watch) {
    await Promise.all(contexts.map((context) => context.watch()));
    console.log("watching; press Ctrl+C to end");
    return;
  }
  await Promise.all(contexts.map((context) => context.rebuild()));
  await Promise.all(contexts.map((context) => context.dispose()));
}

main().catch((error) => {
  console.error(error.message ?? error);
  process.exit(1);
});
