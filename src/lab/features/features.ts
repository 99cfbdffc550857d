import { currentRuntime } from "../train/currentRuntime";
import type { FeatureUse } from "./featureStore";

/** The features that images have left behind when they crossed a frozen backbone, kept for all notebooks of a person. */
export const features = {
  /**
   * How many images have crossed a frozen backbone since this kernel began. Those whose features were found here, in memory or on disk, did not have to;
   * `compareStrategies` counts its own.
   *
   * @example
   * ```ts
   * import { backbones, datasets, features, graft } from "graft";
   *
   * const { train } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * const before = features.passes;
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * console.log(features.passes - before); // 50, and 0 when these digits have crossed before
   * ```
   */
  get passes(): number {
    return currentRuntime().trunkPasses;
  },

  /**
   * How much room they take: `bytes`, on disk and in this kernel's memory, and `spaces`, one for each frozen part of a backbone with its preprocessing.
   *
   * @throws GraftError `train/cache-option`. What the file system says when the folder cannot be read.
   * @example
   * ```ts
   * import { features } from "graft";
   *
   * const { bytes, spaces } = await features.use();
   * console.log(bytes, spaces);
   * ```
   */
  use(): Promise<FeatureUse> {
    return currentRuntime().store.use();
  },

  /**
   * Removes them and says how much that was. Nothing is lost but time: images cross the frozen layers again when they are next
   * needed. What a training uses at this moment, here or in another notebook, stays.
   *
   * @throws GraftError `train/cache-option`. What the file system says when the folder cannot be read.
   * @example
   * ```ts
   * import { features } from "graft";
   *
   * const { bytes } = await features.clear();
   * console.log(`${bytes} bytes are free again`);
   * ```
   */
  clear(): Promise<FeatureUse> {
    return currentRuntime().store.clear();
  },
};
