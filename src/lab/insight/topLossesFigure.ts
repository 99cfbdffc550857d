import type { TopLossesFigure } from "../../shared/figures/topLossesFigure";
import { type Judgement, requireCount } from "./judgement";
import { picturedExample, type PicturedExamples } from "./pictureOf";

/** How many examples `show.topLosses` shows. */
export interface TopLossesOptions {
  /** Default 12, at most 100. */
  readonly count?: number;
  /** Default "Largest losses". */
  readonly title?: string;
}

const MAXIMUM = 100;

export function topLossesFigure(
  { classes, labels, predictions, probabilities, losses }: Judgement,
  dataset: PicturedExamples,
  { count = 12, title = "Largest losses" }: TopLossesOptions,
): TopLossesFigure {
  const wanted = requireCount(count, MAXIMUM);
  const worst = [...losses.keys()].sort((a, b) => losses[b]! - losses[a]! || a - b).slice(0, wanted);
  const probability = (i: number, label: number) => Number(probabilities.data[i * classes.length + label]!.toFixed(4));
  return {
    kind: "topLosses",
    title,
    of: losses.length,
    examples: worst.map((i) => {
      const [label, predicted] = [labels[i]!, predictions[i]!];
      return {
        ...picturedExample(dataset, i),
        ...{ labelled: classes[label]!, labelledProbability: probability(i, label) },
        ...{ predicted: classes[predicted]!, probability: probability(i, predicted) },
        loss: Number(losses[i]!.toFixed(4)),
      };
    }),
    live: false,
  };
}
