/** Questions that several commands ask: which model, which dataset, how many layers. What has one answer is not asked. */
import { l10n } from "vscode";
import type { NamedBackbone, NamedDataset, NamedModel } from "../../../shared/sessionState";
import { askText, type Choice, type Dialogue, pick, pickMany } from "../dialogue";
import { layerChoices, rateText, suggestedLastLayers, type LayerChoice } from "../plans/fineTunePlan";
import { epochCost, secondsText } from "../plans/epochCost";
import { epochsProblem, learningRateProblem } from "./inputProblems";

/** `models` has at least one. */
export function* chooseModel(models: readonly NamedModel[]): Dialogue<NamedModel> {
  return yield* choose(l10n.t("Which model?"), models, modelText);
}

/** One or more of at least one; the first is suggested. A model of two names is offered once. */
export function* chooseModels(title: string, models: readonly NamedModel[]): Dialogue<readonly NamedModel[]> {
  const distinct = models.filter(({ id }, place) => models.findIndex((model) => model.id === id) === place);
  if (distinct.length === 1) {
    return distinct;
  }
  return yield* pickMany({
    title,
    placeholder: l10n.t("Several are drawn over the same steps"),
    choices: distinct.map((model) => ({ label: model.name, description: modelText(model), value: model })),
    suggested: [0],
  });
}

function modelText({ backbone, classes }: NamedModel): string {
  return l10n.t("{0}, {1} classes", backbone, classes.length);
}

/** `backbones` has at least one; the one that was loaded last is suggested. */
export function* chooseBackbone(backbones: readonly NamedBackbone[]): Dialogue<NamedBackbone> {
  return yield* choose(l10n.t("Which backbone?"), [...backbones].reverse(), ({ backbone, inputShape }) =>
    l10n.t("{0}, takes {1}", backbone, inputShape.join(" × ")),
  );
}

/** `datasets` has at least one; the first is suggested. */
export function* chooseDataset(title: string, datasets: readonly NamedDataset[]): Dialogue<NamedDataset> {
  return yield* choose(title, datasets, ({ size, classes, itemKind, itemShape }) =>
    itemKind === "text"
      ? l10n.t("{0} texts, {1} classes", size.toLocaleString("en"), classes.length)
      : l10n.t("{0} examples of {1}, {2} classes", size.toLocaleString("en"), itemShape.join(" × "), classes.length),
  );
}

/** Asks only when the model was not trained on the first of them yet. */
export function* chooseTrainingData(model: NamedModel, datasets: readonly NamedDataset[]): Dialogue<NamedDataset> {
  const [first] = datasets;
  return first?.id === model.trainedOn && first !== undefined
    ? first
    : yield* chooseDataset(l10n.t("Train on which dataset?"), datasets);
}

/** How many last layers; says what an epoch over `examples` costs where that is known. */
export function* chooseLastLayers(title: string, model: NamedModel, examples: number): Dialogue<LayerChoice> {
  const suggested = suggestedLastLayers(model);
  const layers = layerChoices(model);
  return yield* pick({
    title,
    placeholder: l10n.t("Counted from the head backwards; everything before them stays frozen"),
    choices: layers.map((choice): Choice<LayerChoice> => ({
      label: choice.lastLayers === 1 ? l10n.t("Last layer") : l10n.t("Last {0} layers", choice.lastLayers),
      description: [parametersText(choice), ...costText(model, choice.lastLayers, examples)].join(" · "),
      detail: choice.names,
      value: choice,
    })),
    suggested: layers.findIndex(({ lastLayers }) => lastLayers === suggested),
  });
}

function parametersText({ trainedParameters, parameters }: LayerChoice): string {
  const [trained, all] = [trainedParameters, parameters].map((count) => count.toLocaleString("en"));
  return l10n.t("{0} of {1} parameters trained", trained ?? "", all ?? "");
}

function costText({ stepSeconds }: NamedModel, lastLayers: number, examples: number): readonly string[] {
  const cost = epochCost(stepSeconds, lastLayers, examples);
  if (cost === undefined) return [];
  const time = secondsText(cost.seconds);
  switch (cost.is) {
    case "about":
      return [l10n.t("about {0} an epoch, as measured", time)];
    case "below":
      return [l10n.t("less than {0} an epoch", time)];
    case "above":
      return [l10n.t("more than {0} an epoch", time)];
  }
}

export function* askLearningRate(suggested: number, prompt: string): Dialogue<number> {
  const title = l10n.t("Learning rate");
  return Number(yield* askText({ title, prompt, value: rateText(suggested), problem: learningRateProblem }));
}

export function* askEpochs(suggested: number): Dialogue<number> {
  const title = l10n.t("Epochs");
  const prompt = l10n.t("How many times training sees every example.");
  return Number(yield* askText({ title, prompt, value: String(suggested), problem: epochsProblem }));
}

function* choose<T extends { readonly name: string }>(
  title: string,
  things: readonly T[],
  description: (thing: T) => string,
): Dialogue<T> {
  const [only] = things;
  if (things.length === 1 && only !== undefined) {
    return only;
  }
  return yield* pick({
    title,
    choices: things.map((thing) => ({ label: thing.name, description: description(thing), value: thing })),
  });
}
