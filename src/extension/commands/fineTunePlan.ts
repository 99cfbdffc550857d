/**
 * What "Graft: Fine-tune Last N Layers" offers and what it writes, as plain data: the choices are read from the session
 * state, the result is the text of a cell that a person can read, edit and run again.
 */
import type { LayerDescription, NamedDataset, NamedModel } from "../../shared/sessionState";

export interface LayerChoice {
  readonly lastLayers: number;
  /** `"Last 3 layers"`. */
  readonly label: string;
  /** Names from the cut to the head: `"conv4, bn4, head"`. */
  readonly names: string;
  /** `"148,234 of 300,826 parameters trained"`. */
  readonly parameters: string;
}

export interface FineTunePlan {
  readonly model: string;
  readonly train: string;
  readonly test: string | undefined;
  readonly choice: LayerChoice;
  readonly learningRate: number;
  readonly epochs: number;
}

export const defaultLearningRate = 1e-3;
export const defaultEpochs = 20;
const mostNames = 6;

/** One choice for each number of layers, fewest first. */
export function layerChoices({ layers }: NamedModel): readonly LayerChoice[] {
  const total = parametersOf(layers);
  return layers.map((_, index) => {
    const lastLayers = index + 1;
    const trained = layers.slice(-lastLayers);
    return {
      lastLayers,
      label: lastLayers === 1 ? "Last layer" : `Last ${lastLayers} layers`,
      names: shortList(trained.map(({ name }) => name)),
      parameters: `${count(parametersOf(trained))} of ${count(total)} parameters trained`,
    };
  });
}

/** Reaches back to the last layer of the backbone that is more than normalisation; 1 when there is none. */
export function suggestedLastLayers({ layers }: NamedModel): number {
  const behindHead = layers.slice(0, -1);
  const index = behindHead.findLastIndex(({ type }) => type !== "BatchNormalization");
  return index < 0 ? 1 : layers.length - index;
}

/** Datasets that the model can be trained on, the one that it was last trained on first. */
export function trainingChoices(model: NamedModel, datasets: readonly NamedDataset[]): readonly NamedDataset[] {
  const fitting = datasets.filter((dataset) => sameClasses(dataset, model));
  const score = ({ id, name }: NamedDataset): number => (id === model.trainedOn ? 0 : isTest(name) ? 2 : 1);
  return [...fitting].sort((a, b) => score(a) - score(b));
}

/** A dataset whose name says that it is for testing. */
export function testDataset(
  model: NamedModel,
  datasets: readonly NamedDataset[],
  train: NamedDataset,
): NamedDataset | undefined {
  return datasets.find((dataset) => dataset.id !== train.id && isTest(dataset.name) && sameClasses(dataset, model));
}

/** Undefined when the text is a learning rate; otherwise what is wrong with it. */
export function learningRateProblem(text: string): string | undefined {
  const value = Number(text);
  return text.trim() !== "" && value > 0 && value <= 1
    ? undefined
    : `Expected a number above 0 and at most 1, like 1e-3, but found "${text.trim()}".`;
}

/** Undefined when the text is a number of epochs; otherwise what is wrong with it. */
export function epochsProblem(text: string): string | undefined {
  const value = Number(text);
  return text.trim() !== "" && Number.isInteger(value) && value >= 1 && value <= 10_000
    ? undefined
    : `Expected a whole number from 1 to 10000, but found "${text.trim()}".`;
}

/** `0.001` as `"1e-3"`, `0.05` as it is. */
export function rateText(learningRate: number): string {
  return learningRate < 0.01 ? learningRate.toExponential() : String(learningRate);
}

/** The code of the cell, without a trailing line break. */
export function fineTuneCell({ model, train, test, choice, learningRate, epochs }: FineTunePlan): string {
  const { lastLayers, names } = choice;
  const options = `{ lastLayers: ${lastLayers}, learningRate: ${rateText(learningRate)}, epochs: ${epochs} }`;
  return [
    `// Last layers: ${names}; everything before stays frozen.`,
    `await ${model}.fineTune(${train}, ${options});`,
    ...(test === undefined ? [] : [`await ${model}.evaluate(${test})`]),
  ].join("\n");
}

function parametersOf(layers: readonly LayerDescription[]): number {
  return layers.reduce((sum, { parameters }) => sum + parameters, 0);
}

function shortList(names: readonly string[]): string {
  return names.length <= mostNames
    ? names.join(", ")
    : `${names[0] ?? ""}, … ${names.length - mostNames + 1} more …, ${names.slice(2 - mostNames).join(", ")}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function isTest(name: string): boolean {
  return /test|held/i.test(name);
}

function sameClasses(a: { readonly classes: readonly string[] }, b: { readonly classes: readonly string[] }): boolean {
  return a.classes.length === b.classes.length && a.classes.every((name, index) => name === b.classes[index]);
}
