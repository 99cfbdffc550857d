/**
 * One file from an address to a place on this disk, whole and checked or not at all. What has come is kept through cut connections, interrupts
 * and kills, and the next try goes on from there, if the server can and has the same content still.
 */
import { type FileHandle, open, rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { InterruptedError } from "../../../shared/graftError";
import { ProgressReport } from "../../train/progressReport";
import { checksumDiffers, diskFull, downloadProblem, StalledError, StatusError, type Wanted } from "./downloadProblem";
import { algorithmOf, integrityOf } from "./integrity";
import { watchInterruption } from "./interruption";
import { claimPart, finishPart, type PartFile, renamePart } from "./partFile";
import { request } from "./request";

export interface DownloadRequest extends Wanted {
  /** For the progress: `"mobilenet-v2"`. */
  readonly title: string;
  /** As npm writes it, `"sha512-…"`. Without it the length alone is checked. */
  readonly integrity?: string;
}

export interface DownloadSettings {
  /** Without a byte for so long the connection is given up. */
  readonly stallMs: number;
  /** Before the second try; doubles with each. */
  readonly backoffMs: number;
  /** How often in a row it is tried without a byte coming. */
  readonly tries: number;
  /** Room on the disk of a folder, in bytes. */
  readonly freeBytes: (folder: string) => Promise<number>;
}

const defaults: DownloadSettings = {
  stallMs: 30_000,
  backoffMs: 500,
  tries: 4,
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};

const underway = new Map<string, Promise<void>>();

/**
 * @throws GraftError `backbone/offline`, `backbone/download-interrupted`, `backbone/download-timeout`, `backbone/checksum`, `backbone/not-found`,
 * `backbone/download-refused`, `backbone/certificate`, `backbone/redirect`, `backbone/proxy`, `backbone/disk-full`, `backbone/cache-permission`. InterruptedError after an
 * interrupt.
 */
export function download(wanted: DownloadRequest, settings: Partial<DownloadSettings> = {}): Promise<void> {
  // Two cells that load the same at once download it once.
  const running = underway.get(wanted.to);
  if (running !== undefined) return running;
  const started = new Download(wanted, { ...defaults, ...settings }).run().finally(() => underway.delete(wanted.to));
  underway.set(wanted.to, started);
  return started;
}

class Download {
  readonly #wanted: DownloadRequest;
  readonly #settings: DownloadSettings;
  readonly #interruption = watchInterruption();
  #progress: ProgressReport | undefined;

  constructor(wanted: DownloadRequest, settings: DownloadSettings) {
    this.#wanted = wanted;
    this.#settings = settings;
  }

  async run(): Promise<void> {
    let outcome = "failed";
    try {
      await this.#untilWhole();
      outcome = "done";
    } catch (error) {
      if (!this.#interruption.signal.aborted) throw error;
      outcome = "interrupted";
      throw new InterruptedError(
        `Interrupted. What has come of ${this.#wanted.title} is kept; loading it again goes on.`,
      );
    } finally {
      this.#interruption.end();
      this.#progress?.end(outcome);
    }
  }

  async #untilWhole(): Promise<void> {
    const { to, integrity } = this.#wanted;
    const { tries, backoffMs } = this.#settings;
    for (let failures = 0; ;) {
      let reached = 0;
      let resumed = false;
      try {
        const begun = await claimPart(to);
        resumed = begun.bytes > 0;
        reached = begun.bytes;
        const part = await this.#receive(begun, (bytes) => {
          reached = bytes;
          failures = 0;
        });
        const found = integrity === undefined ? undefined : await integrityOf(part.path, algorithmOf(integrity));
        if (found === integrity) {
          await finishPart(to, part);
          return;
        }
        await rm(part.path);
        // The halves of two versions: from the start once more.
        if (!resumed) throw checksumDiffers(this.#wanted, integrity!, found!);
      } catch (cause) {
        const { transient, error } = downloadProblem(this.#wanted, cause, reached);
        failures++;
        if (!transient || failures >= tries || this.#interruption.signal.aborted) throw error;
        const asked = cause instanceof StatusError ? (cause.retryAfterMs ?? 0) : 0;
        const pause = Math.min(Math.max(asked, backoffMs * 2 ** (failures - 1)), this.#settings.stallMs);
        await delay(pause, undefined, { signal: this.#interruption.signal });
      }
    }
  }

  /** What is missing of the part. `onBytes` is told how many there are by now. */
  async #receive(begun: PartFile, onBytes: (bytes: number) => void): Promise<PartFile> {
    const { url, integrity } = this.#wanted;
    const stall = new Stall(this.#settings.stallMs);
    const signal = AbortSignal.any([this.#interruption.signal, stall.signal]);
    let file: FileHandle | undefined;
    try {
      // Without a validator only a checksum can tell that both halves are of one file.
      const resumable = begun.bytes > 0 && (begun.validator !== undefined || integrity !== undefined);
      const response = await request(url, resumable ? rangeFrom(begun) : {}, signal);
      if (response.status === 416) {
        await response.body?.cancel();
        // Nothing is missing of what was ended between the last byte and the renaming.
        if (response.headers.get("content-range") === `bytes */${begun.bytes}`) return begun;
        await rm(begun.path, { force: true });
      }
      if (!response.ok) throw new StatusError(response.status, response.headers.get("retry-after"));
      const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
      const from = response.status === 206 && range !== null ? Number(range[1]) : 0;
      const total = range === null ? lengthOf(response) : Number(range[2]);
      if (total !== undefined) await this.#requireRoom(total - from);
      const part = await renamePart(this.#wanted.to, begun, validatorOf(response));
      file = await open(part.path, "a");
      await file.truncate(from);
      this.#progress ??= new ProgressReport(
        `Downloading ${this.#wanted.title}`,
        total === undefined ? 0 : from / total,
      );
      let bytes = from;
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        stall.restart();
        await file.writeFile(chunk);
        bytes += chunk.length;
        onBytes(bytes);
        this.#progress.update(total === undefined ? 0 : bytes / total, megabytes(bytes, total));
      }
      if (total !== undefined && bytes < total) throw new Error(`${bytes} of ${total} bytes`);
      await file.datasync();
      return { ...part, bytes };
    } catch (cause) {
      throw stall.signal.aborted ? new StalledError("no answer", { cause }) : cause;
    } finally {
      stall.end();
      await file?.close();
    }
  }

  async #requireRoom(bytes: number): Promise<void> {
    const free = await this.#settings.freeBytes(dirname(this.#wanted.to));
    if (free < bytes) {
      throw diskFull(this.#wanted, `${megabytes(free)} free, where ${megabytes(bytes)} are still to come`);
    }
  }
}

class Stall {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function rangeFrom({ bytes, validator }: PartFile): Record<string, string> {
  return { range: `bytes=${bytes}-`, ...(validator === undefined ? {} : { "if-range": validator }) };
}

/** What names this very content: a strong ETag, else the date of the last change. */
function validatorOf({ headers }: Response): string | undefined {
  const etag = headers.get("etag");
  return (etag?.startsWith('"') ? etag : undefined) ?? headers.get("last-modified") ?? undefined;
}

function lengthOf({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return length === null ? undefined : Number(length);
}

function megabytes(bytes: number, total?: number): string {
  const text = (count: number) => (count / 1e6).toFixed(1);
  return total === undefined ? `${text(bytes)} MB` : `${text(bytes)} of ${text(total)} MB`;
}
