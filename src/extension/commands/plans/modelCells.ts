/** Cells about backbones and models as a whole: loading, a new head, saving, export. */
import type { NamedBackbone, NamedDataset } from "../../../shared/sessionState";

/** `address`: whatever `backbones.load` takes. */
export function loadBackboneCell(address: string, variable: string): string {
  return `import { backbones } from "graft";

const ${variable} = await backbones.load(${text(address)});
${variable}`;
}

export interface HeadPlan {
  readonly model: string;
  readonly backbone: NamedBackbone;
  readonly dataset: NamedDataset;
  readonly test: NamedDataset | undefined;
  readonly head: "linear" | "mlp";
}

/** Where images are not as the backbone takes them, datasets that are come first. */
export function attachHeadCell({ model, backbone, dataset, test, head }: HeadPlan): string {
  const resized = [dataset, ...(test === undefined ? [] : [test])]
    .filter(({ itemKind, itemShape }) => itemKind === "image" && itemShape.join() !== backbone.inputShape.join())
    .map(({ name }) => `const ${resizedName(name)} = ${name}.resize(${sizeText(backbone)});`);
  const kind = head === "mlp" ? `, head: "mlp"` : "";
  return [
    `import { graft } from "graft";`,
    ``,
    ...(resized.length === 0 ? [] : [`// As ${backbone.name} takes images.`, ...resized]),
    `const ${model} = graft(${backbone.name}, { classes: ${dataset.name}.classes${kind}, seed: 1 });`,
    `console.log(${model}.summary());`,
  ].join("\n");
}

export function saveCell(model: string, path: string): string {
  return `await ${model}.save(${text(path)})`;
}

export function loadModelCell(path: string, variable: string): string {
  return `import { models } from "graft";

const ${variable} = await models.load(${text(path)});
console.log(${variable}.summary());`;
}

export type ExportFormat = "onnx" | "tfjs" | "savedmodel";

export function exportCell(model: string, format: ExportFormat, path: string): string {
  return `await ${model}.exportTo(${text(format)}, ${text(path)})`;
}

export const clearFeaturesCell = `import { features } from "graft";

await features.clear()`;

/** `digits.train` -> `trainResized`. */
function resizedName(name: string): string {
  return `${name.split(".").at(-1) ?? name}Resized`;
}

function sizeText({ inputShape: [height, width, channels] }: NamedBackbone): string {
  return `{ height: ${height}, width: ${width}, channels: ${channels} }`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
