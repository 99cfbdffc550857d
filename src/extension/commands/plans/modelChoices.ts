/** Which models, datasets and backbones of the session a command can work with, the likeliest first. */
import type { NamedBackbone, NamedDataset, NamedModel } from "../../../shared/sessionState";
import { isTest, trainingChoices } from "./fineTunePlan";

export function isTrained({ trainings }: NamedModel): boolean {
  return trainings.length > 0;
}

/** Datasets that tell what the model has learnt, those for testing first. */
export function evaluationChoices(model: NamedModel, datasets: readonly NamedDataset[]): readonly NamedDataset[] {
  const fitting = trainingChoices(model, datasets);
  return [...fitting.filter(({ name }) => isTest(name)), ...fitting.filter(({ name }) => !isTest(name))];
}

/** Each dataset once, those to train on first; of several names for one the shortest way to it. */
export function distinctDatasets(datasets: readonly NamedDataset[]): readonly NamedDataset[] {
  const byId = new Map<string, NamedDataset>();
  for (const dataset of datasets) {
    const known = byId.get(dataset.id);
    if (known === undefined || (known.name.includes(".") && !dataset.name.includes("."))) {
      byId.set(dataset.id, dataset);
    }
  }
  const distinct = [...byId.values()];
  return [...distinct.filter(({ name }) => !isTest(name)), ...distinct.filter(({ name }) => isTest(name))];
}

/** Whether the images are as the backbone takes them; texts fit every backbone of texts. */
export function fits({ itemKind, itemShape }: NamedDataset, { inputShape }: NamedBackbone): boolean {
  return itemKind === "text" ? inputShape.length === 1 : itemShape.join() === inputShape.join();
}

/** `wanted`, or with the first number from 2 that makes it another name than all of `taken`. */
export function freeName(wanted: string, taken: readonly { readonly name: string }[]): string {
  const names = new Set(taken.map(({ name }) => name.split(".")[0]));
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}${number}`;
    if (!names.has(name)) return name;
  }
}
