/**
 * Features in a folder that all notebooks of a person share:
 *
 *     graft-features.json                 version of the store
 *     <space>.<dtype>/<…>.rows            a segment: rows, appended by one process
 *     <space>.<dtype>/<…>.lease           a process that uses the space
 *
 * It promises that a row is used only as it was written, that a kill loses at most the rows being written, and that processes
 * do not disturb each other. What it cannot store (a full disk, a folder without permission) it keeps in memory and says so
 * once; it never fails a training.
 */
import { join } from "node:path";
import type { GraftError } from "../../shared/graftError";
import { fitsFloat16 } from "../engine/float16";
import type { StoredRows } from "../engine/storedRows";
import { corruptedRows, diskProblem, limitReached, newerStore, tooLargeForFloat16 } from "./cacheProblem";
import type { FeatureSpace, FeatureStore, FeatureUse } from "./featureStore";
import { writeLease } from "./lease";
import { MemoryFeatureStore } from "./memoryFeatureStore";
import { segmentVersion } from "./segment";
import { SpaceEviction } from "./spaceEviction";
import { StoredSpace } from "./storedSpace";
import { diskFiles, ifMissing, type StoreFiles } from "./storeFiles";

export interface DiskFeatureStoreOptions {
  /** Absolute. Made when it does not exist. */
  readonly folder: string;
  /** Default 8 GiB, but not more than half of the room on its disk. */
  readonly limitBytes?: number;
  /** Default float32. float16 takes half of the room; features are rounded to 11 significant bits, and used so from the first time on. */
  readonly dtype?: "float32" | "float16";
  /** Called once for each kind of problem. Default: a warning under the cell. */
  readonly report?: (problem: GraftError) => void;
  /** For tests. */
  readonly files?: StoreFiles;
}

interface Use {
  readonly space: StoredSpace;
  holds: number;
  /** Its path; undefined where it could not be written. */
  lease: Promise<string | undefined> | undefined;
}

export class DiskFeatureStore implements FeatureStore {
  readonly folder: string;
  readonly #dtype: "float32" | "float16";
  readonly #files: StoreFiles;
  readonly #report: (problem: GraftError) => void;
  readonly #eviction: SpaceEviction;
  readonly #memory = new MemoryFeatureStore();
  readonly #uses = new Map<string, Use>();
  readonly #reported = new Set<string>();
  /** Rows that were handed out as files keep their space until nobody has them any more. */
  readonly #handedOut = new FinalizationRegistry<string>((name) => void this.release(name));
  #prepared: Promise<boolean> | undefined;
  #writable = true;

  constructor(options: DiskFeatureStoreOptions) {
    this.folder = options.folder;
    this.#dtype = options.dtype ?? "float32";
    this.#files = options.files ?? diskFiles;
    this.#report = options.report ?? ((problem) => console.warn(problem.message));
    this.#eviction = new SpaceEviction(this.#files, options.folder, options.limitBytes);
  }

  async open(key: string, width: number): Promise<FeatureSpace> {
    const memory = await this.#memory.open(key, width);
    this.#prepared ??= this.#prepare();
    if (!(await this.#prepared)) return memory;
    const name = `${key}.${this.#dtype}`;
    const use = this.#uses.get(name) ?? { space: this.#storedSpace(name, key, width), holds: 0, lease: undefined };
    this.#uses.set(name, use);
    await this.#hold(name, use);
    try {
      await use.space.refresh();
    } catch (error) {
      this.tell(diskProblem(this.folder, error));
    }
    return new DiskFeatureSpace(this, name, use.space, memory, this.#dtype);
  }

  async use(): Promise<FeatureUse> {
    return sum(await this.#memory.use(), await this.#eviction.use());
  }

  async clear(): Promise<FeatureUse> {
    return sum(await this.#memory.clear(), await this.#eviction.evictAll());
  }

  get writable(): boolean {
    return this.#writable;
  }

  /** Says a problem, the first time. */
  tell(problem: GraftError): void {
    if (this.#reported.has(problem.code)) return;
    this.#reported.add(problem.code);
    this.#report(problem);
  }

  /** From now on everything that is new stays in memory. */
  stopWriting(cause: unknown): void {
    this.#writable = false;
    this.tell(diskProblem(this.folder, cause));
  }

  makeRoom(bytes: number): Promise<boolean> {
    return this.#eviction.makeRoom(bytes);
  }

  evictOne(): Promise<boolean> {
    return this.#eviction.evictOne();
  }

  couldHold(bytes: number): Promise<boolean> {
    return this.#eviction.couldHold(bytes);
  }

  handOut(name: string, rows: StoredRows): void {
    this.#uses.get(name)!.holds++;
    this.#handedOut.register(rows, name);
  }

  async release(name: string): Promise<void> {
    const use = this.#uses.get(name);
    if (use === undefined || --use.holds > 0 || use.lease === undefined) return;
    const lease = use.lease;
    use.lease = undefined;
    const path = await lease;
    // One that stays only delays an eviction.
    if (path !== undefined) await this.#files.rm(path, { force: true }).catch(() => undefined);
  }

  async #hold(name: string, use: Use): Promise<void> {
    use.holds++;
    if (this.#writable) use.lease ??= this.#lease(name);
    await use.lease;
  }

  async #lease(name: string): Promise<string | undefined> {
    const folder = join(this.folder, name);
    try {
      await this.#files.mkdir(folder, { recursive: true, mode: 0o700 });
      return await writeLease(this.#files, folder);
    } catch (error) {
      this.stopWriting(error);
      return undefined;
    }
  }

  #storedSpace(name: string, key: string, width: number): StoredSpace {
    const format = { space: key, width, dtype: this.#dtype };
    return new StoredSpace(this.#files, join(this.folder, name), format, (path) => this.tell(corruptedRows(path)));
  }

  /** False: what lies in the folder is not this version's, and nothing in it may be touched. */
  async #prepare(): Promise<boolean> {
    const path = join(this.folder, "graft-features.json");
    try {
      const text = await this.#files.readFile(path, "utf8").catch(ifMissing);
      if (text === undefined) {
        await this.#files.mkdir(this.folder, { recursive: true, mode: 0o700 });
        // Several processes may do this at once: whole or not at all, and all write the same.
        const temporary = `${path}.${process.pid}.tmp`;
        await this.#files.writeFile(temporary, JSON.stringify({ format: "graft-features", version: segmentVersion }));
        await this.#files.rename(temporary, path);
        return true;
      }
      const version = versionOf(text);
      if (version === segmentVersion) return true;
      this.tell(newerStore(this.folder, version === undefined ? `another content of ${path}` : `version ${version}`));
      return false;
    } catch (error) {
      this.stopWriting(error);
      return true;
    }
  }
}

/** Rows on disk, and in memory those that could not be stored. */
class DiskFeatureSpace implements FeatureSpace {
  readonly #store: DiskFeatureStore;
  readonly #name: string;
  readonly #space: StoredSpace;
  readonly #memory: FeatureSpace;
  readonly #dtype: "float32" | "float16";
  #writable = true;
  #released = false;

  constructor(
    store: DiskFeatureStore,
    name: string,
    space: StoredSpace,
    memory: FeatureSpace,
    dtype: "float32" | "float16",
  ) {
    this.#store = store;
    this.#name = name;
    this.#space = space;
    this.#memory = memory;
    this.#dtype = dtype;
  }

  async read(items: readonly string[], into: Float32Array): Promise<number[]> {
    const missing = await this.#readStored(items, into);
    if (missing.length === 0) return [];
    const width = into.length / items.length;
    const rows = new Float32Array(missing.length * width);
    const wanted = missing.map((position) => items[position]!);
    const absent = new Set(await this.#memory.read(wanted, rows));
    missing.forEach((position, i) => {
      if (!absent.has(i)) into.set(rows.subarray(i * width, (i + 1) * width), position * width);
    });
    return missing.filter((_, i) => absent.has(i));
  }

  async append(items: readonly string[], rows: Float32Array): Promise<Float32Array> {
    return (await this.#appendStored(items, rows)) ?? this.#memory.append(items, rows);
  }

  async unstored(items: readonly string[]): Promise<number[] | undefined> {
    const missing = await this.#readStored(items);
    if (missing.length === 0) return missing;
    if (!this.#store.writable || !this.#writable) return undefined;
    const bytes = this.#space.bytesOf(new Set(missing.map((position) => items[position]!)).size);
    try {
      if (await this.#store.couldHold(bytes)) return missing;
      this.#store.tell(limitReached(bytes));
    } catch (error) {
      this.#store.stopWriting(error);
    }
    return undefined;
  }

  stored(items: readonly string[], shape: readonly number[]): StoredRows | undefined {
    const rows = this.#space.stored(items, shape);
    if (rows !== undefined) this.#store.handOut(this.#name, rows);
    return rows;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#store.release(this.#name);
  }

  async #readStored(items: readonly string[], into?: Float32Array): Promise<number[]> {
    try {
      return await this.#space.read(items, into);
    } catch (error) {
      this.#store.tell(diskProblem(this.#store.folder, error));
      return items.map((_, position) => position);
    }
  }

  /** Undefined when the rows could not be stored. */
  async #appendStored(items: readonly string[], rows: Float32Array): Promise<Float32Array | undefined> {
    if (!this.#writable || !this.#store.writable) return undefined;
    if (this.#dtype === "float16" && !fitsFloat16(rows)) {
      this.#writable = false;
      this.#store.tell(tooLargeForFloat16());
      return undefined;
    }
    try {
      const bytes = this.#space.bytesOf(items.length);
      if (!(await this.#store.makeRoom(bytes))) {
        this.#writable = false;
        this.#store.tell(limitReached(bytes));
        return undefined;
      }
      return await this.#appendEvicting(items, rows);
    } catch (error) {
      this.#store.stopWriting(error);
      return undefined;
    }
  }

  /** Others may have filled the disk although the store is within its limit: its oldest spaces make room then. */
  async #appendEvicting(items: readonly string[], rows: Float32Array): Promise<Float32Array> {
    for (;;) {
      try {
        return await this.#space.append(items, rows);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC" || !(await this.#store.evictOne())) throw error;
      }
    }
  }
}

function sum(a: FeatureUse, b: FeatureUse): FeatureUse {
  return { bytes: a.bytes + b.bytes, spaces: a.spaces + b.spaces };
}

/** Undefined when this is not what a store writes there. */
function versionOf(text: string): number | undefined {
  try {
    const { format, version } = JSON.parse(text) as { format?: unknown; version?: unknown };
    return format === "graft-features" && typeof version === "number" ? version : undefined;
  } catch {
    return undefined;
  }
}
