/** The Model view: models, their blocks, and in these the layers with weights, from input to head. */
import { l10n } from "vscode";
import type { LayerDescription, NamedModel } from "../../shared/sessionState";
import { rateText } from "../commands/plans/fineTunePlan";
import type { ViewNode } from "./viewNode";

export function modelNodes(models: readonly NamedModel[]): readonly ViewNode[] {
  return models.map((model) => {
    const trained = model.layers.filter(({ frozen }) => !frozen);
    return {
      id: model.name,
      label: model.name,
      description: l10n.t("{0} · {1} classes", model.backbone, model.classes.length),
      tooltip: l10n.t("{0} of {1} parameters train", count(parametersOf(trained)), count(parametersOf(model.layers))),
      icon: "circuit-board",
      expanded: true,
      subject: { kind: "model", model: model.name },
      children: blocksOf(model.layers).map((block) => blockNode(model.name, block)),
    };
  });
}

export interface Block {
  readonly name: string;
  readonly layers: readonly LayerDescription[];
}

/** Layers in a row whose names begin alike, up to a number: `block_16_expand` and `block_16_project` are of `block_16`. */
export function blocksOf(layers: readonly LayerDescription[]): readonly Block[] {
  const blocks: { name: string; layers: LayerDescription[] }[] = [];
  for (const layer of layers) {
    const name = /^(.*?\d+)[_/.-]/.exec(layer.name)?.[1] ?? layer.name;
    const last = blocks.at(-1);
    if (last?.name === name) last.layers.push(layer);
    else blocks.push({ name, layers: [layer] });
  }
  return blocks;
}

function blockNode(model: string, { name, layers }: Block): ViewNode {
  const [only] = layers;
  if (layers.length === 1 && only !== undefined) {
    return layerNode(model, only);
  }
  const trained = layers.filter(({ frozen }) => !frozen);
  return {
    id: `${model}/${name}/`,
    label: name,
    // What is narrow shows the beginning.
    description: [
      stateText(trained.length === 0, ratesOf(trained)),
      l10n.t("{0} layers", layers.length),
      l10n.t("{0} parameters", count(parametersOf(layers))),
    ].join(" · "),
    tooltip:
      trained.length === 0
        ? l10n.t("All its layers are frozen")
        : l10n.t("{0} of its {1} layers train", trained.length, layers.length),
    ...stateIcon(trained.length === 0),
    children: layers.map((layer) => layerNode(model, layer)),
  };
}

function layerNode(model: string, layer: LayerDescription): ViewNode {
  const { name, type, parameters, frozen, outputShape } = layer;
  const state = stateText(frozen, ratesOf([layer]));
  const [size, shape] = [count(parameters), outputShape.join(" × ")];
  return {
    id: `${model}/${name}`,
    label: name,
    description: `${state} · ${type} · ${shape} · ${size}`,
    tooltip: `**${name}** (${type}), ${state}\n\n${l10n.t("{0} parameters, puts out {1}", size, shape)}`,
    ...stateIcon(frozen),
    subject: { kind: "layer", model, layer: name },
  };
}

/** `"frozen"`, `"trains"`, `"trained at 1e-3"`. */
function stateText(frozen: boolean, rates: readonly number[]): string {
  if (frozen) return l10n.t("frozen");
  if (rates.length === 0) return l10n.t("trains");
  const [low, high] = [Math.min(...rates), Math.max(...rates)].map((rate) => rateText(Number(rate.toPrecision(2))));
  return low === high ? l10n.t("trained at {0}", low ?? "") : l10n.t("trained at {0} to {1}", low ?? "", high ?? "");
}

/** Of a fine-tuning, before its schedule; a head that is solved has none. */
function ratesOf(layers: readonly LayerDescription[]): readonly number[] {
  return layers.flatMap(({ learningRate }) => learningRate ?? []);
}

function stateIcon(frozen: boolean): Pick<ViewNode, "icon" | "iconColor"> {
  return frozen ? { icon: "lock" } : { icon: "flame", iconColor: "charts.yellow" };
}

function parametersOf(layers: readonly LayerDescription[]): number {
  return layers.reduce((sum, { parameters }) => sum + parameters, 0);
}

function count(value: number): string {
  return value.toLocaleString("en");
}
