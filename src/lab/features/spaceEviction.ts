/**
 * Keeps the folder of a store within its limit: the spaces that were used longest ago go first, as a whole, and never one that
 * a living process uses. A lease is a file in a space's
 * folder, so the folder's change time is the time of the last use.
 */
import { join } from "node:path";
import type { FeatureUse } from "./featureStore";
import { isLeased } from "./lease";
import { ifMissing, type StoreFiles } from "./storeFiles";

interface SpaceSize {
  readonly name: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** Names of space folders; whatever else lies in the folder is not the store's. */
export const spaceName = /^[0-9a-f]{64}\.float(?:16|32)$/;
/** A space on its way out. A killed process leaves it to the next one. */
const evictedName = /^[0-9a-f]{64}\.float(?:16|32)\.evicted/;
const defaultLimitBytes = 8 * 2 ** 30;
/** So much may be written by this process before the folder is measured again: other processes write too. */
const measureEveryBytes = 64 << 20;

let evicted = 0;

export class SpaceEviction {
  readonly #files: StoreFiles;
  readonly #folder: string;
  #limitBytes: number | undefined;
  #measuredBytes = 0;
  #writtenSince = Infinity;

  /** @param limitBytes Default: 8 GiB, but not more than half of what is free and used by the store together. */
  constructor(files: StoreFiles, folder: string, limitBytes: number | undefined) {
    this.#files = files;
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /** Makes room for so many bytes more. False: what is in use does not leave so much. */
  async makeRoom(bytes: number): Promise<boolean> {
    if (this.#writtenSince + bytes > measureEveryBytes || !this.#fits(bytes, this.#limitBytes)) {
      const spaces = await this.#measure();
      const limit = await this.limit();
      await this.#evictUntil(spaces, () => this.#fits(bytes, limit));
      if (!this.#fits(bytes, limit)) return false;
    }
    this.#writtenSince += bytes;
    return true;
  }

  /** Whether so many bytes more would fit if all went that no process uses. */
  async couldHold(bytes: number): Promise<boolean> {
    let inUse = 0;
    for (const { name, bytes: size } of await this.#measure()) {
      if (await isLeased(this.#files, join(this.#folder, name)).catch(ifMissing)) inUse += size;
    }
    return inUse + bytes <= (await this.limit());
  }

  /** For a disk that is full before the limit is reached. False: there was nothing to remove. */
  async evictOne(): Promise<boolean> {
    let removed = 0;
    await this.#evictUntil(
      await this.#measure(),
      () => removed > 0,
      () => removed++,
    );
    return removed > 0;
  }

  async use(): Promise<FeatureUse> {
    const spaces = await this.#measure();
    return { bytes: this.#measuredBytes, spaces: spaces.length };
  }

  /** In bytes, as it is known after something was measured. */
  async limit(): Promise<number> {
    if (this.#limitBytes === undefined) {
      const { bavail, bsize } = await this.#files.statfs(this.#folder);
      this.#limitBytes = Math.min(defaultLimitBytes, (this.#measuredBytes + bavail * bsize) / 2);
    }
    return this.#limitBytes;
  }

  /** Removes every space that no process uses; answers what is gone. */
  async evictAll(): Promise<FeatureUse> {
    const before = await this.#measure();
    const bytes = this.#measuredBytes;
    let spaces = 0;
    await this.#evictUntil(
      before,
      () => false,
      () => spaces++,
    );
    return { bytes: bytes - this.#measuredBytes, spaces };
  }

  async #evictUntil(spaces: readonly SpaceSize[], enough: () => boolean, onEvicted?: () => void): Promise<void> {
    for (const space of spaces.toSorted((a, b) => a.usedMs - b.usedMs)) {
      if (enough()) return;
      if (await this.#evict(space.name)) {
        this.#measuredBytes -= space.bytes;
        onEvicted?.();
      }
    }
  }

  /** False when it is in use. A lease may come while this looks, so it is looked for again when the folder has no name any more. */
  async #evict(name: string): Promise<boolean> {
    const from = join(this.#folder, name);
    const to = `${from}.evicted-${process.pid}-${++evicted}`;
    try {
      if (await isLeased(this.#files, from)) return false;
      await this.#files.rename(from, to);
      if (await isLeased(this.#files, to)) {
        // Back to its place. When its new user has made another folder there meanwhile, that one is the space from now on.
        const restored = await this.#files.rename(to, from).then(
          () => true,
          () => false,
        );
        if (restored) return false;
      }
      await this.#files.rm(to, { recursive: true, force: true });
      return true;
    } catch (error) {
      ifMissing(error);
      return false;
    }
  }

  async #measure(): Promise<SpaceSize[]> {
    const spaces: SpaceSize[] = [];
    for (const name of (await this.#files.readdir(this.#folder).catch(ifMissing)) ?? []) {
      const path = join(this.#folder, name);
      if (evictedName.test(name)) await this.#files.rm(path, { recursive: true, force: true });
      if (!spaceName.test(name)) continue;
      let bytes = 0;
      for (const file of (await this.#files.readdir(path).catch(ifMissing)) ?? []) {
        bytes += (await this.#files.stat(join(path, file)).catch(ifMissing))?.size ?? 0;
      }
      const usedMs = (await this.#files.stat(path).catch(ifMissing))?.mtimeMs;
      if (usedMs !== undefined) spaces.push({ name, bytes, usedMs });
    }
    this.#measuredBytes = spaces.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#writtenSince = 0;
    return spaces;
  }

  #fits(bytes: number, limit: number | undefined): boolean {
    return limit !== undefined && this.#measuredBytes + this.#writtenSince + bytes <= limit;
  }
}
