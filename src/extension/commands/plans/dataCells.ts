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

/** Paths as the cell writes them. */
export function idxFiles(images: string, labels: string, classes: readonly string[]): DataCells {
  return {
    data: [
      `const all = await datasets.idx(${text(images)}, ${text(labels)}, {`,
      `  classes: ${list(classes)},`,
      `});`,
      `// As the backbone takes them. A fifth is kept for the test; nothing is trained on it.`,
      `const images = all.resize({ height: 28, width: 28, channels: 1 });`,
      `const { train, test } = images.split({ validation: 0, test: 0.2, seed: 1 });`,
    ].join("\n"),
    backbone: "fashion-cnn",
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
