import { l10n } from "vscode";
import { type Choice, type Dialogue, pick } from "../dialogue";
import { testDataset, trainingChoices } from "../plans/fineTunePlan";
import { trainHeadCell, type HeadMethod } from "../plans/trainingCells";
import { type CellState, noFittingDataset, type Obstacle } from "../readiness";
import { chooseModel, chooseTrainingData } from "./choose";

export function* trainHead({ models, datasets }: CellState): Dialogue<string | Obstacle> {
  const model = yield* chooseModel([...models].reverse());
  const trainable = trainingChoices(model, datasets);
  if (trainable.length === 0) {
    return noFittingDataset(model);
  }
  const hasMlp = model.layers.some(({ name }) => name.startsWith("head_hidden"));
  const method = yield* pick({
    title: l10n.t("Train the head of {0} by which method?", model.name),
    placeholder: l10n.t("Each image crosses the frozen layers once; a head of another kind is replaced"),
    choices: methods(),
    suggested: hasMlp ? 1 : 0,
  });
  const train = yield* chooseTrainingData(model, trainable);
  return trainHeadCell(model.name, train.name, testDataset(model, datasets, train)?.name, method);
}

function methods(): readonly Choice<HeadMethod>[] {
  return [
    {
      label: l10n.t("Linear"),
      description: l10n.t("logistic regression, solved to its optimum"),
      detail: l10n.t("No learning rate, no epochs; the one to begin with"),
      value: "linear",
    },
    {
      label: l10n.t("MLP"),
      description: l10n.t("a hidden layer, by AdamW"),
      detail: l10n.t("Up to 100 epochs over the kept features"),
      value: "mlp",
    },
    {
      label: l10n.t("Nearest neighbours"),
      description: l10n.t("the nearest labelled features vote"),
      detail: l10n.t("Nothing is trained; cannot be fine-tuned"),
      value: "nearest",
    },
    {
      label: l10n.t("Prototypes"),
      description: l10n.t("the class whose mean feature is nearest"),
      detail: l10n.t("For very few labels a class"),
      value: "prototypes",
    },
  ];
}
