/** `npm run bench -- NAME [--json]`. */
import { join } from "node:path";
import { formatReport, type BenchReport } from "../bench/benchReport";
import { benchStart } from "../bench/start";

interface Bench {
  readonly about: string;
  run(): Promise<BenchReport>;
}

const root = process.cwd();
const say = (text: string): void => void process.stderr.write(`· ${text}\n`);

const benches: Readonly<Record<string, Bench>> = {
  start: {
    about: "kernel ready, first cell and 1+1, beside ipykernel and deno jupyter",
    run: () =>
      benchStart({
        kernelFile: join(root, "dist", "kernel.js"),
        cacheFolder: join(root, "node_modules", ".cache", "graft-bench"),
        say,
      }),
  },
};

const usage = [
  "npm run bench -- NAME [--json]",
  "",
  ...Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(10)}${about}`),
].join("\n");

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const name = args.find((argument) => !argument.startsWith("--"));
  const unknown = args.find((argument) => argument.startsWith("--") && argument !== "--json" && argument !== "--help");
  if (unknown !== undefined) {
    say(`Expected --json or --help, but found ${unknown}.\n\n${usage}`);
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
  const report = await bench.run();
  console.log(args.includes("--json") ? JSON.stringify(report) : formatReport(report));
  return 0;
}

main().then(
  // Sockets of a peer that would not end must not keep this open.
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
