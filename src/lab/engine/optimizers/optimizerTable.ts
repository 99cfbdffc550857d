import type { Optimizer } from "../optimizer";
import { adam, type AdamSettings } from "./adam";
import type { OptimizerRules } from "./optimizerRules";
import { sgd, type SgdSettings } from "./sgd";

/** What of an optimizer is written into a graph: all but the learning rate and the decay, which are inputs. */
export type OptimizerSettings = ({ readonly kind: "sgd" } & SgdSettings) | ({ readonly kind: "adam" } & AdamSettings);

/** With the defaults filled in. */
export function optimizerSettings(optimizer: Optimizer): OptimizerSettings {
  switch (optimizer.name) {
    case "sgd": {
      const { momentum = 0, nesterov = false } = optimizer;
      return { kind: "sgd", momentum, nesterov };
    }
    case "adam":
    case "adamW": {
      const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = optimizer;
      return { kind: "adam", beta1, beta2, epsilon };
    }
  }
}

export function optimizerRules(settings: OptimizerSettings): OptimizerRules {
  return settings.kind === "sgd" ? sgd(settings) : adam(settings);
}
