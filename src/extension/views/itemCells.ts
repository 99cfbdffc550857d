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

/** Ids come as a person chose them; what is drawn first is the oldest. */
export function runCurvesCell(ids: readonly string[]): string {
  const [only] = ids;
  const chosen = ids.length === 1 && only !== undefined ? getRun(only) : runList(ids);
  return `import { runs, show } from "graft";\n\nshow.curves(${chosen});`;
}

export function compareRunsCell(ids: readonly string[]): string {
  return `import { runs, show } from "graft";\n\nshow.compare(${runList(ids)});`;
}

export function deleteRunsCell(ids: readonly string[]): string {
  return [`import { runs } from "graft";`, ``, ...ids.map((id) => `runs.delete(${JSON.stringify(id)});`)].join("\n");
}

function runList(ids: readonly string[]): string {
  return `[\n${[...ids]
    .sort()
    .map((id) => `  ${getRun(id)},\n`)
    .join("")}]`;
}

function getRun(id: string): string {
  return `runs.get(${JSON.stringify(id)})`;
}

function modelNamed({ models }: SessionState, name: string): NamedModel | undefined {
  return models.find((model) => model.name === name);
}
