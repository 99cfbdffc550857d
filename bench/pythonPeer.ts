/** Peers in Python: where they come from, and a process that stays alive and answers one request after the other. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { attempt, firstWith } from "./peers";

export interface PeerProgram {
  readonly name: string;
  /** The modules that have to be there; the first names the folder that they are installed in. */
  readonly modules: readonly [string, ...string[]];
  /** What pip installs. */
  readonly packages: readonly string[];
  /** Debian's package, where pip has none. */
  readonly debian?: string;
  /** The script in `bench/python`. */
  readonly script: string;
}

export const torchProgram: PeerProgram = {
  name: "PyTorch",
  modules: ["torch"],
  packages: ["torch", "numpy"],
  debian: "python3-torch",
  script: "torch_peer.py",
};

export const kerasProgram: PeerProgram = {
  name: "Keras on TensorFlow",
  modules: ["tensorflow", "scipy"],
  packages: ["tensorflow-cpu", "numpy", "scipy"],
  script: "keras_peer.py",
};

export interface PythonPeer {
  /** With its version. */
  readonly name: string;
  /** Throws with the peer's own message when it fails. */
  ask(request: { readonly do: string; readonly [option: string]: unknown }): Promise<Record<string, unknown>>;
  stop(): void;
}

/** Threads that every contender computes with: all that the machine has. */
export const threads = cpus().length;

/**
 * Starts the peer, installed first where it is missing: by pip into a folder of its own below `cacheFolder`, else from Debian.
 * Undefined where neither can.
 */
export async function startPythonPeer(
  program: PeerProgram,
  {
    cacheFolder,
    scripts,
    say,
  }: { readonly cacheFolder: string; readonly scripts: string; readonly say: (text: string) => void },
): Promise<PythonPeer | undefined> {
  const python = await findPython(program, cacheFolder, say);
  if (python === undefined) return undefined;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    BENCH_THREADS: String(threads),
    OMP_NUM_THREADS: String(threads),
    // Without these PyTorch gives memory back to the system after each step and asks for it again: up to four times slower.
    MALLOC_MMAP_THRESHOLD_: "2147483648",
    MALLOC_TRIM_THRESHOLD_: "8589934592",
    TF_CPP_MIN_LOG_LEVEL: "3",
    PYTHONWARNINGS: "ignore",
  };
  // A machine may name an older kind of processor than its own here; a peer is measured at its best.
  delete env.OPENBLAS_CORETYPE;
  delete env.OPENBLAS_L2_SIZE;
  const child = spawn(python, [join(scripts, program.script)], { stdio: ["pipe", "pipe", "pipe"], env });
  const peer = conversation(child);
  const { version } = await peer.ask({ do: "version" });
  return { ...peer, name: String(version) };
}

function conversation(child: ChildProcess): Omit<PythonPeer, "name"> {
  const waiting: { resolve(answer: Record<string, unknown>): void; reject(error: Error): void }[] = [];
  let complaint = "";
  child.stderr!.on("data", (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2000)));
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const answer = JSON.parse(line) as Record<string, unknown>;
    const asked = waiting.shift();
    if (typeof answer.error === "string") asked?.reject(new Error(answer.error));
    else asked?.resolve(answer);
  });
  child.once("close", (code) => {
    for (const asked of waiting.splice(0))
      asked.reject(new Error(`The peer ended with ${code ?? "a signal"}. ${complaint}`));
  });
  child.once("error", (error) => waiting.splice(0).forEach((asked) => asked.reject(error)));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin!.write(`${JSON.stringify(request)}\n`);
      }),
    stop: () => void child.kill(),
  };
}

async function findPython(
  { name, modules, packages, debian }: PeerProgram,
  cacheFolder: string,
  say: (text: string) => void,
): Promise<string | undefined> {
  const venv = join(cacheFolder, modules[0]);
  const own = join(venv, "bin", "python");
  const check = ["-c", `import ${modules.join(", ")}`];
  const found = await firstWith([own, "python3"], check);
  if (found !== undefined) return found;
  say(`installing ${name} with pip (some minutes)`);
  mkdirSync(cacheFolder, { recursive: true });
  await attempt("python3", ["-m", "venv", venv]);
  await attempt(own, ["-m", "pip", "install", "--quiet", "--retries", "1", ...packages], 900_000);
  const installed = await firstWith([own, "/usr/bin/python3"], check);
  if (installed !== undefined || debian === undefined) return installed;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return undefined;
  say(`installing Debian's ${debian}`);
  // Debian's own linear algebra is a slow reference; this one is what people use.
  await attempt("apt-get", ["install", "-y", "--no-install-recommends", debian, "libopenblas0-pthread"], 600_000);
  return firstWith(["/usr/bin/python3"], check);
}
