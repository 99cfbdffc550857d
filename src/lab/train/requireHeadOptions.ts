import { GraftError } from "../../shared/graftError";
import type { HeadMethod, TrainHeadOptions } from "./trainHeadOptions";

const shared = ["method", "validation", "plot"];

const optionsOf: Readonly<Record<HeadMethod, readonly string[]>> = {
  linear: ["l2", "classWeights", "labelSmoothing"],
  mlp: [
    ...["hiddenUnits", "dropout", "learningRate", "weightDecay", "epochs", "batchSize", "patience", "seed"],
    ...["classWeights", "labelSmoothing"],
  ],
  nearest: ["neighbours", "classWeights"],
  prototypes: [],
};

/**
 * An option that a method does not know would change nothing without a word.
 *
 * @throws GraftError `train/head-method`, `train/head-option`.
 */
export function requireHeadOptions(method: HeadMethod, options: TrainHeadOptions): void {
  const methods = Object.keys(optionsOf);
  if (!methods.includes(method)) {
    throw new GraftError({
      code: "train/head-method",
      expected: `a method that is one of ${methods.join(", ")}`,
      found: `"${method as string}"`,
      remedy: 'For example model.trainHead(train, { method: "linear" })',
    });
  }
  const known = [...shared, ...optionsOf[method]];
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const stray = given.find(([name]) => !known.includes(name))?.[0];
  if (stray === undefined) return;
  const owners = methods.filter((other) => optionsOf[other as HeadMethod].includes(stray));
  throw new GraftError({
    code: "train/head-option",
    expected: `options that the method "${method}" has: ${known.join(", ")}`,
    found: stray,
    remedy: owners.length === 0 ? "Leave it out" : `Leave it out, or choose the method ${owners.join(" or ")}`,
  });
}
