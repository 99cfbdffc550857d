/** What the actions of the views write: cells that a person can read, edit and run again. */
import type { NamedModel, SessionState } from "../../shared/sessionState";
import { embeddingCell } from "../commands/plans/figureCells";
import { testDataset, trainingChoices } from "../commands/plans/fineTunePlan";

/** Undefined when no dataset fits the model. */
export function fineTuneFromCell(state: SessionState, model: string, layer: string): string | undefined {
  const known = modelNamed(state, model);
  const train = known === undefined ? undefined : trainingChoices(known, state.datasets)[0];
  if (known === undefined || train === undefined) {
    return undefined;
  }
  const test = testDataset(known, state.datasets, train);
  return [
    `// Everything before ${layer} stays frozen.`,
    `await ${model}.fineTune(${train.name}, { fromLayer: ${JSON.stringify(layer)} });`,
    ...(test === undefined ? [] : [`await ${model}.evaluate(${test.name})`]),
  ].join("\n");
}

/** Undefined when no dataset fits the model. */
export function layerEmbeddingCell(state: SessionState, model: string, layer: string): string | undefined {
  const known = modelNamed(state, model);
  const fitting = known === undefined ? [] : trainingChoices(known, state.datasets);
  const [train] = fitting;
  if (known === undefined || train === undefined) {
    return undefined;
  }
  // A map of what it has not been trained on tells more.
  const dataset = testDataset(known, state.datasets, train) ?? train;
  return embeddingCell({ model, dataset: dataset.name, method: "tsne", layer, maximumExamples: undefined });
}

function modelNamed({ models }: SessionState, name: string): NamedModel | undefined {
  return models.find((model) => model.name === name);
}
