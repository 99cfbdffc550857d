/**
 * The only place that loads onnxruntime-node, and only when a session is first made: its binary does not exist everywhere.
 * Sessions are kept by content key, the least recently used one goes first.
 */
import type * as OrtModule from "onnxruntime-node";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { GraftError } from "../../shared/graftError";

type Ort = typeof OrtModule;

/**
 * Threads spin for as long as a small operator takes, then wait on a lock. The kernel shares its cores with an editor and a
 * language worker: with other work on two cores, small training steps took 2-4 times as long where threads spun on, and as much
 * longer where they did not spin at all and had to be woken for each operator.
 */
const sessionOptions: InferenceSession.SessionOptions = {
  graphOptimizationLevel: "all",
  ...threadOptions(),
  extra: { session: { intra_op: { allow_spinning: "1", spin_duration_us: "20" } } },
};

/**
 * All cores, said in so many words: on a virtual machine that hides its topology, ONNX Runtime takes two cores for one and
 * works with a single thread. Where cores are shared by two hardware threads, one each. Windows tells neither: its own choice.
 */
function threadOptions(): InferenceSession.SessionOptions {
  if (process.platform === "win32") return {};
  const siblings = process.platform === "linux" && isSmtActive() ? 2 : 1;
  return { intraOpNumThreads: Math.max(1, Math.floor(availableParallelism() / siblings)) };
}

function isSmtActive(): boolean {
  try {
    return readFileSync("/sys/devices/system/cpu/smt/active", "utf8").trim() === "1";
  } catch {
    return false; // A kernel that does not tell has none to tell of.
  }
}

export type Feeds = Record<string, OrtTensor>;

export class Runtime {
  readonly #sessions = new Map<string, Promise<InferenceSession>>();
  readonly #limit: number;
  #ort: Promise<Ort> | undefined;

  /** @param limit How many sessions are kept. Their memory is that of a model and its activations each. */
  constructor(limit = 12) {
    this.#limit = limit;
  }

  /** @throws GraftError `engine/onnxruntime-missing` where the package has no binary for this machine. */
  ort(): Promise<Ort> {
    this.#ort ??= import("onnxruntime-node").catch((cause: unknown) => {
      throw new GraftError({
        code: "engine/onnxruntime-missing",
        expected: `the onnxruntime-node binary for ${process.platform}/${process.arch}`,
        found: cause instanceof Error ? cause.message.split("\n")[0]! : String(cause),
        remedy:
          "Run npm install with ONNXRUNTIME_NODE_INSTALL=skip; Intel Macs have no binary, use a Mac with an M chip, Linux or Windows there",
        cause,
      });
    });
    return this.#ort;
  }

  /** The session for `key`, made from `model()` if there is none. A session in use must be among the newest `limit`. */
  async session(key: string, model: () => Uint8Array): Promise<InferenceSession> {
    const { InferenceSession } = await this.ort();
    const known = this.#sessions.get(key);
    const session = known ?? InferenceSession.create(model(), sessionOptions);
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    try {
      await session;
    } catch (error) {
      this.#sessions.delete(key);
      throw error;
    }
    await this.#evict();
    return session;
  }

  async dispose(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) await (await session).release();
  }

  async #evict(): Promise<void> {
    for (const [key, session] of this.#sessions) {
      if (this.#sessions.size <= this.#limit) return;
      this.#sessions.delete(key);
      await (await session).release();
    }
  }
}
