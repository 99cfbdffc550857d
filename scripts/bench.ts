/** `npm run bench -- NAME [--json] [--write] [--quick] [--only PART,…]`. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { formatReport, writeReport, type BenchReport, type TableReport } from "../bench/benchReport";
import { benchEngine, engineParts } from "../bench/engine";
import { benchKernel } from "../bench/kernel";
import { benchLanguage } from "../bench/language";
import { benchRenderer } from "../bench/renderer";
import { benchStrategies } from "../bench/strategies";
import { partNames } from "../bench/strategiesParts";
import { benchTsne } from "../bench/tsne";
import { allocatorEnvironment } from "../src/protocol/allocator";
import { chromiumFlags, findChromium } from "./chromium";

interface Bench {
  readonly about: string;
  run(options: { readonly quick: boolean; readonly only: readonly string[] }): Promise<BenchReport | TableReport>;
}

const root = process.cwd();
const say = (text: string): void => void process.stderr.write(`· ${text}\n`);

const cacheFolder = join(root, "node_modules", ".cache", "graft-bench");

const benches: Readonly<Record<string, Bench>> = {
  engine: {
    about: `training and inference, beside PyTorch, Keras, scikit-learn and onnxruntime alone. Parts: ${engineParts.join(", ")}`,
    run: ({ quick, only }) => {
      process.env.GRAFT_DIST ??= join(root, "dist");
      return benchEngine({
        kernelFile: join(root, "dist", "kernel.js"),
        cacheFolder,
        scripts: join(root, "bench", "python"),
        quick,
        parts: engineParts.filter((part) => only.length === 0 || only.includes(part)),
        say,
      });
    },
  },
  strategies: {
    about: `every strategy on real images over five seeds, beside PyTorch and Keras. Parts: ${partNames.join(", ")}`,
    run: ({ quick, only }) => {
      process.env.GRAFT_DIST ??= join(root, "dist");
      return benchStrategies({
        cacheFolder,
        scripts: join(root, "bench", "python"),
        quick,
        parts: partNames.filter((part) => only.length === 0 || only.includes(part)),
        say,
      });
    },
  },
  kernel: {
    about: "a kernel's start and the cost of small cells, beside ipykernel and deno jupyter",
    run: () =>
      benchKernel({
        kernelFile: join(root, "dist", "kernel.js"),
        cacheFolder,
        say,
      }),
  },
  renderer: {
    about: "how long until a map of many points is seen, and frames a second while it is dragged, beside plotly.js",
    run: ({ quick }) =>
      benchRenderer({
        rendererFile: join(root, "dist", "renderer", "figure.js"),
        root,
        openBrowser: async () => chromium.launch({ executablePath: await findChromium(), args: [...chromiumFlags] }),
        quick,
        say,
      }),
  },
  tsne: {
    about: "maps of MNIST's digits beside scikit-learn's TSNE: time, trustworthiness, neighbour recall, memory",
    run: ({ quick }) => {
      process.env.GRAFT_DIST ??= join(root, "dist");
      return benchTsne({ cacheFolder, scripts: join(root, "bench", "python"), quick, say });
    },
  },
  language: {
    about: "how long the editor waits for completion, hover and parameter hints, also while a cell computes",
    run: () => benchLanguage({ kernelFile: join(root, "dist", "kernel.js"), say }),
  },
};

const usage = [
  "npm run bench -- NAME [--json] [--write] [--quick] [--only=PART,…]",
  "--write: puts the table into docs/benchmarks.md as well",
  "--quick: small sizes and one round, to see that it runs (engine, strategies, tsne)",
  "--only=PART,…: some parts of it (engine, strategies)",
  "",
  ...Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(10)}${about}`),
].join("\n");

const options = ["--json", "--write", "--quick", "--only", "--help"];

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const name = args.find((argument) => !argument.startsWith("--"));
  const unknown = args.find((argument) => argument.startsWith("--") && !options.includes(argument.split("=")[0]!));
  if (unknown !== undefined) {
    say(`Expected ${options.join(", ")}, but found ${unknown}.\n\n${usage}`);
    return 1;
  }
  if (name === undefined || args.includes("--help")) {
    console.log(usage);
    return 0;
  }
  const bench = benches[name];
  if (bench === undefined) {
    say(`Expected one of the benchmarks ${Object.keys(benches).join(", ")}, but found ${name}.\n\n${usage}`);
    return 1;
  }
  const only = args.find((argument) => argument.startsWith("--only="))?.slice("--only=".length);
  const report = await bench.run({ quick: args.includes("--quick"), only: only?.split(",") ?? [] });
  console.log(args.includes("--json") ? JSON.stringify(report) : formatReport(report));
  if (args.includes("--write")) {
    await writeReport(report, join(root, "docs", "benchmarks.md"));
  }
  return 0;
}

/** Training runs in this process, so it has to be one like a kernel's: the C library reads its settings once, at the start. */
function runAsKernelDoes(): Promise<number> | number {
  const missing = Object.entries(allocatorEnvironment).some(([name, value]) => process.env[name] !== value);
  if (!missing) return main();
  const args = [...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, ...allocatorEnvironment };
  return spawnSync(process.execPath, args, { stdio: "inherit", env }).status ?? 1;
}

Promise.resolve(runAsKernelDoes()).then(
  // Sockets of a peer that would not end must not keep this open.
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
