/** The Model view: models, their blocks, and in these the layers with weights, from input to head. */
import type { LayerDescription, NamedModel } from "../../shared/sessionState";
import type { ViewNode } from "./viewNode";

export function modelNodes(models: readonly NamedModel[]): readonly ViewNode[] {
  return models.map((model) => {
    const trained = model.layers.filter(({ frozen }) => !frozen);
    return {
      id: model.name,
      label: model.name,
      description: `${model.backbone} · ${model.classes.length} classes`,
      tooltip: `${count(parametersOf(trained))} of ${count(parametersOf(model.layers))} parameters train`,
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
  const trained = layers.filter(({ frozen }) => !frozen).length;
  return {
    id: `${model}/${name}/`,
    label: name,
    description: `${layers.length} layers · ${count(parametersOf(layers))} parameters`,
    tooltip: trained === 0 ? "All its layers are frozen" : `${trained} of its ${layers.length} layers train`,
    ...stateIcon(trained === 0),
    children: layers.map((layer) => layerNode(model, layer)),
  };
}

function layerNode(model: string, { name, type, parameters, frozen, outputShape }: LayerDescription): ViewNode {
  const state = frozen ? "frozen" : "trains";
  return {
    id: `${model}/${name}`,
    label: name,
    description: `${type} · ${outputShape.join(" × ")} · ${count(parameters)} · ${state}`,
    tooltip: `**${name}** (${type}), ${state}\n\n${count(parameters)} parameters, puts out ${outputShape.join(" × ")}`,
    ...stateIcon(frozen),
    subject: { kind: "layer", model, layer: name },
  };
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
