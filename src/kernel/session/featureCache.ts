/** How much room stored features take, for the session report. It is measured after cells, beside them, and costs them no time. */
import { SpaceEviction } from "../../lab/features/spaceEviction";
import { diskFiles } from "../../lab/features/storeFiles";
import { storeSettings } from "../../lab/features/storeSettings";
import type { FeatureCacheUse } from "../../shared/sessionState";

export class FeatureCache {
  use: FeatureCacheUse = { bytes: 0, spaces: 0 };
  #told: (() => void) | undefined;

  /** Calls `tell` when it is measured. Of calls that come meanwhile the last one counts. */
  measure(tell: () => void): void {
    const idle = this.#told === undefined;
    this.#told = tell;
    if (idle) void this.#measure(tell);
  }

  async #measure(tell: () => void): Promise<void> {
    this.use = await measured();
    tell();
    const next = this.#told;
    if (next === undefined || next === tell) {
      this.#told = undefined;
    } else {
      await this.#measure(next);
    }
  }
}

async function measured(): Promise<FeatureCacheUse> {
  try {
    const { folder, limitBytes } = storeSettings();
    const eviction = new SpaceEviction(diskFiles, folder, limitBytes);
    const use = await eviction.use();
    // Where it depends on what is free on the disk, it changes all the time.
    return { ...use, limitBytes: Number((await eviction.limit()).toPrecision(2)) };
  } catch {
    // Whoever trains is told what is wrong with the folder or its settings.
    return { bytes: 0, spaces: 0 };
  }
}
