/**
 * What "Graft: Fine-tune Last N Layers" offers and what it writes, as plain data: the choices are read from the session
 * state, the result is the text of a cell that a person can read, edit and run again.
 */
import type { LayerDescription, NamedDataset, NamedModel } from "../../../shared/sessionState";

export interface LayerChoice {
  readonly lastLayers: number;
  /** Names from the cut to the head: `"conv4, bn4, head"`. */
  readonly names: string;
  readonly trainedParameters: number;
  readonly parameters: number;
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
/** The library's own defaults for `{ all: true }`. */
export const wholeNetworkRate = defaultLearningRate / 10;
export const wholeNetworkEpochs = 5;
const mostNames = 6;

/** One choice for each number of layers, fewest first. */
export function layerChoices({ layers }: NamedModel): readonly LayerChoice[] {
  const parameters = parametersOf(layers);
  return layers.map((_, index) => {
    const lastLayers = index + 1;
    const trained = layers.slice(-lastLayers);
    const names = shortList(trained.map(({ name }) => name));
    return { lastLayers, names, trainedParameters: parametersOf(trained), parameters };
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
  const score = ({ id, name, itemShape }: NamedDataset): number =>
    (id === model.trainedOn ? 0 : isTest(name) ? 2 : 1) + (itemShape.join() === model.inputShape.join() ? 0 : 3);
  return [...fitting].sort((a, b) => score(a) - score(b));
}

/** A dataset whose name says that it is for testing; the likeliest has images of the size and is in the object that `train` has and is in. */
export function testDataset(
  { classes }: { readonly classes: readonly string[] },
  datasets: readonly NamedDataset[],
  train: NamedDataset,
): NamedDataset | undefined {
  const tests = datasets.filter(
    ({ id, name, ...rest }) => id !== train.id && isTest(name) && sameClasses(rest, { classes }),
  );
  const likeness = ({ name, itemShape }: NamedDataset): number =>
    (itemShape.join() === train.itemShape.join() ? 2 : 0) + (ownerOf(name) === ownerOf(train.name) ? 1 : 0);
  return tests.sort((a, b) => likeness(b) - likeness(a))[0];
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

/** `digits.train` -> `digits`; empty for what is a variable itself. */
function ownerOf(name: string): string {
  return name.includes(".") ? (name.split(".")[0] ?? "") : "";
}

export function isTest(name: string): boolean {
  return /test|held/i.test(name);
}

function sameClasses(a: { readonly classes: readonly string[] }, b: { readonly classes: readonly string[] }): boolean {
  return a.classes.length === b.classes.length && a.classes.every((name, index) => name === b.classes[index]);
}
