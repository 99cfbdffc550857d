/** Fine-tuning, of the last layers or of all, and looking for the rate to do so with. */
import { l10n } from "vscode";
import type { NamedDataset, NamedModel } from "../../../shared/sessionState";
import type { Dialogue } from "../dialogue";
import {
  defaultEpochs,
  defaultLearningRate,
  fineTuneCell,
  testDataset,
  trainingChoices,
  wholeNetworkEpochs,
  wholeNetworkRate,
} from "../plans/fineTunePlan";
import { findRateCell, fineTuneWholeCell } from "../plans/trainingCells";
import { type CellState, noFittingDataset, type Obstacle } from "../readiness";
import { askEpochs, askLearningRate, chooseLastLayers, chooseModel, chooseTrainingData } from "./choose";

export function* fineTuneLastLayers({ models, datasets }: CellState): Dialogue<string | Obstacle> {
  const model = yield* chooseModel(models);
  const trainable = trainingChoices(model, datasets);
  if (trainable.length === 0) {
    return noFittingDataset(model);
  }
  const title = l10n.t("Fine-tune how many layers of {0}?", model.name);
  const choice = yield* chooseLastLayers(title, model, likely(trainable).size);
  const prompt = l10n.t("How far each step moves the weights. Smaller is safer, larger is faster.");
  const learningRate = yield* askLearningRate(defaultLearningRate, prompt);
  const epochs = yield* askEpochs(defaultEpochs);
  const train = yield* chooseTrainingData(model, trainable);
  const test = testNameOf(model, datasets, train);
  return fineTuneCell({ model: model.name, train: train.name, test, choice, learningRate, epochs });
}

export function* fineTuneWholeNetwork({ models, datasets }: CellState): Dialogue<string | Obstacle> {
  const model = yield* chooseModel(models);
  const trainable = trainingChoices(model, datasets);
  if (trainable.length === 0) {
    return noFittingDataset(model);
  }
  const prompt = l10n.t(
    "Suggested is a tenth of the rate for the last layers: large steps through the whole network undo what it has learnt before.",
  );
  const learningRate = yield* askLearningRate(wholeNetworkRate, prompt);
  const epochs = yield* askEpochs(wholeNetworkEpochs);
  const train = yield* chooseTrainingData(model, trainable);
  const test = testNameOf(model, datasets, train);
  return fineTuneWholeCell({ model: model.name, train: train.name, test, learningRate, epochs });
}

export function* findLearningRate({ models, datasets }: CellState): Dialogue<string | Obstacle> {
  const model = yield* chooseModel(models);
  const trainable = trainingChoices(model, datasets);
  if (trainable.length === 0) {
    return noFittingDataset(model);
  }
  const title = l10n.t("A learning rate for how many layers of {0}?", model.name);
  const { lastLayers } = yield* chooseLastLayers(title, model, likely(trainable).size);
  const train = yield* chooseTrainingData(model, trainable);
  return findRateCell(model.name, train.name, lastLayers);
}

/** The one that is suggested. */
function likely([first]: readonly NamedDataset[]): { readonly size: number } {
  return first ?? { size: 0 };
}

function testNameOf(model: NamedModel, datasets: readonly NamedDataset[], train: NamedDataset): string | undefined {
  return testDataset(model, datasets, train)?.name;
}
