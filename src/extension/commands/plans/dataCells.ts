/** The data that a new notebook can begin with, and its cells. One row a kind of data that the library reads. */

/** What makes `pool`, `train` and `test` of a new notebook; `backbone` is one that suits the images. */
export interface DataCells {
  readonly data: string;
  readonly backbone: string;
}

const few = "const train = pool.sample({ labels: 50, seed: 1 });";

export const shippedDigits: DataCells = {
  data: `const { train: pool, test } = await datasets.mnist();\n${few}`,
  backbone: "fashion-cnn",
};

export const clothes: DataCells = {
  data: `const { train: pool, test } = await datasets.fashionMnist();\n${few}`,
  backbone: "fashion-cnn",
};

const fifth = "A fifth is kept for the test; nothing is trained on it.";
const parts = "const { train, test } = all.split({ validation: 0, test: 0.2, seed: 1 });";
const asSmallBackbone = ".resize({ height: 28, width: 28, channels: 1 })";

/** Paths as the cell writes them, here and below. */
export function idxFiles(images: string, labels: string, classes: readonly string[]): DataCells {
  return {
    data: [
      `const files = await datasets.idx(${text(images)}, ${text(labels)}, {`,
      `  classes: ${list(classes)},`,
      `});`,
      `// As the backbone takes them. ${fifth}`,
      `const all = files${asSmallBackbone};`,
      parts,
    ].join("\n"),
    backbone: "fashion-cnn",
  };
}

/** A folder for each class. */
export function folderOfImages(folder: string): DataCells {
  return {
    data: [
      `// In the size that the backbone takes; sub folders are the classes. ${fifth}`,
      `const all = await datasets.imageFolder(${text(folder)}, { size: 224 });`,
      parts,
    ].join("\n"),
    backbone: "mobilenet-v2",
  };
}

/** `arrays`: whether the file has its parts as arrays of their own, or `images` and `labels` alone. */
export function npzFile(file: string, classes: readonly string[], arrays: "split" | "whole"): DataCells {
  const load = (split: string): string => `await datasets.npz(${text(file)}, { ${split}classes })`;
  return {
    data: [
      `const classes = ${list(classes)};`,
      ...(arrays === "split"
        ? [
            `// As the backbone takes them.`,
            ...["train", "test"].map((part) => `const ${part} = (${load(`split: "${part}", `)})${asSmallBackbone};`),
          ]
        : [`// As the backbone takes them. ${fifth}`, `const all = (${load("")})${asSmallBackbone};`, parts]),
    ].join("\n"),
    backbone: "fashion-cnn",
  };
}

/** A table of texts with their classes: CSV, or JSON Lines by the file's name. */
export function textTable(file: string, textColumn: string, labelColumn: string): DataCells {
  const reader = /\.(jsonl|ndjson)$/i.test(file) ? "jsonl" : "csv";
  return {
    data: [
      `// ${fifth}`,
      `const all = await datasets.${reader}(${text(file)}, { text: ${text(textColumn)}, label: ${text(labelColumn)} });`,
      parts,
    ].join("\n"),
    backbone: "universal-sentence-encoder-lite",
  };
}

/** The skeleton of a transfer: data, backbone and head, training, evaluation. */
export function notebookCells({ data, backbone }: DataCells): readonly string[] {
  return [
    `import { backbones, datasets, graft, show } from "graft";\n\n${data}\nshow.examples(train);`,
    `const backbone = await backbones.load(${text(backbone)});
const model = graft(backbone, { classes: train.classes, seed: 1 });
console.log(model.summary());`,
    `await model.trainHead(train);\nawait model.evaluate(test)`,
    `await show.confusion(model, test);`,
  ];
}

/** What "Load Digits" writes. */
export const digitsCell = `import { datasets } from "graft";

const digits = await datasets.mnist();
digits.train`;

/** Names between commas; empty ones are left out. */
export function classNames(names: string): readonly string[] {
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function text(value: string): string {
  return JSON.stringify(value);
}

function list(values: readonly string[]): string {
  return `[${values.map(text).join(", ")}]`;
}
