/** How much room stored features take, for the session report. It is measured after cells, beside them, and costs them no time. */
import { SpaceEviction } from "../../lab/features/spaceEviction";
import type { FeatureUse } from "../../lab/features/featureStore";
import { diskFiles } from "../../lab/features/storeFiles";
import { storeSettings } from "../../lab/features/storeSettings";

export class FeatureCache {
  use: FeatureUse = { bytes: 0, spaces: 0 };
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

async function measured(): Promise<FeatureUse> {
  try {
    const { folder, limitBytes } = storeSettings();
    return await new SpaceEviction(diskFiles, folder, limitBytes).use();
  } catch {
    // Whoever trains is told what is wrong with the folder or its settings.
    return { bytes: 0, spaces: 0 };
  }
}
