import type { Loss } from "../engine";
import type { LossRules } from "./lossRules";
import { meanSquaredError } from "./meanSquaredError";
import { sigmoidCrossEntropy } from "./sigmoidCrossEntropy";
import { softmaxCrossEntropy } from "./softmaxCrossEntropy";
import { tokenCrossEntropy } from "./tokenCrossEntropy";

export const DEFAULT_LOSS: Loss = { name: "softmaxCrossEntropy" };

export function lossRules(loss: Loss = DEFAULT_LOSS): LossRules {
  switch (loss.name) {
    case "softmaxCrossEntropy":
      return softmaxCrossEntropy(loss);
    case "sigmoidCrossEntropy":
      return sigmoidCrossEntropy(loss);
    case "meanSquaredError":
      return meanSquaredError;
    case "tokenCrossEntropy":
      return tokenCrossEntropy;
  }
}
