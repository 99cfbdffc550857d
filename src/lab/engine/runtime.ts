/**
 * The only place that loads onnxruntime-node, and only when a session is first made: its binary does not exist everywhere.
 * Sessions are kept by content key, the least recently used one goes first.
 */
import type * as OrtModule from "onnxruntime-node";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
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

interface KeptSession {
  readonly session: Promise<InferenceSession>;
  /** What its model and the values between its layers take, about. */
  readonly bytes: number;
}

/** What sessions may take in all, so that small networks that take turns are not compiled again and again. */
const sessionMemory = Math.min(2 ** 30, totalmem() / 16);
/** A session that nobody gives a size for takes some megabytes. */
const someBytes = 2 ** 24;

export class Runtime {
  readonly #sessions = new Map<string, KeptSession>();
  readonly #least: number;
  #ort: Promise<Ort> | undefined;

  /** @param least So many sessions are kept whatever they take. Default 12. */
  constructor(least = 12) {
    this.#least = least;
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

  /**
   * The session for `key`, made from `model()` if there is none. A session in use must be among the newest `least`.
   *
   * @param bytes What the values between its layers take, about. Default 16 MB.
   */
  async session(key: string, model: () => Uint8Array, bytes = someBytes): Promise<InferenceSession> {
    const { InferenceSession } = await this.ort();
    const kept = this.#sessions.get(key) ?? made(InferenceSession, model(), bytes);
    const { session } = kept;
    this.#sessions.delete(key);
    this.#sessions.set(key, kept);
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
    for (const { session } of sessions) await (await session).release();
  }

  async #evict(): Promise<void> {
    let total = [...this.#sessions.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [key, { session, bytes }] of this.#sessions) {
      if (this.#sessions.size <= this.#least || total <= sessionMemory) return;
      total -= bytes;
      this.#sessions.delete(key);
      await (await session).release();
    }
  }
}

function made(Session: typeof InferenceSession, model: Uint8Array, bytes: number): KeptSession {
  return { session: Session.create(model, sessionOptions), bytes: model.length + bytes };
}
