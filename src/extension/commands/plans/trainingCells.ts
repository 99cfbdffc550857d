/** Cells that train, look for how to train, or compare ways to. */
import { rateText } from "./fineTunePlan";

export type HeadMethod = "linear" | "mlp" | "nearest" | "prototypes";

export function trainHeadCell(model: string, train: string, test: string | undefined, method: HeadMethod): string {
  return [`await ${model}.trainHead(${train}, { method: "${method}" });`, ...evaluation(model, test)].join("\n");
}

export interface WholeNetworkPlan {
  readonly model: string;
  readonly train: string;
  readonly test: string | undefined;
  readonly learningRate: number;
  readonly epochs: number;
}

export function fineTuneWholeCell({ model, train, test, learningRate, epochs }: WholeNetworkPlan): string {
  return [
    `// The whole network: small steps and few epochs, so that what it has learnt before is not lost.`,
    `await ${model}.fineTune(${train}, { all: true, learningRate: ${rateText(learningRate)}, epochs: ${epochs} });`,
    ...evaluation(model, test),
  ].join("\n");
}

export function findRateCell(model: string, train: string, lastLayers: number): string {
  return `import { show } from "graft";

// Tries rates from very small to too large for a hundred steps; the model stays as it is.
const search = await ${model}.findLearningRate(${train}, { lastLayers: ${lastLayers} });
show.lrFinder(search);`;
}

export interface ComparisonPlan {
  readonly backbone: string;
  /** Shape that the images have to be brought to; undefined: they have it. */
  readonly resize: readonly number[] | undefined;
  readonly train: string;
  /** Undefined: a fifth of `train` is kept for it. */
  readonly test: string | undefined;
  readonly labels: readonly number[];
  readonly seeds: number;
}

export function compareCell({ backbone, resize, train, test, labels, seeds }: ComparisonPlan): string {
  const [height, width, channels] = resize ?? [];
  const sized = (data: string): string =>
    resize === undefined ? data : `${data}.resize({ height: ${height}, width: ${width}, channels: ${channels} })`;
  const dataset = test === undefined ? "parts" : `{ ${member("train", sized(train))}, ${member("test", sized(test))} }`;
  return [
    `import { compareStrategies } from "graft";`,
    ``,
    ...(test === undefined
      ? [
          `// A fifth is kept for the test.`,
          `const parts = ${sized(train)}.split({ validation: 0, test: 0.2, seed: 1 });`,
        ]
      : []),
    `const rows = await compareStrategies({`,
    `  ${member("backbone", backbone)},`,
    `  dataset: ${dataset},`,
    `  labels: [${labels.join(", ")}],`,
    `  seeds: ${seeds},`,
    `  strategies: ["scratch", "head", { lastLayers: 3 }],`,
    `});`,
  ].join("\n");
}

/** As one writes it in an object. */
function member(name: string, value: string): string {
  return name === value ? name : `${name}: ${value}`;
}

function evaluation(model: string, test: string | undefined): readonly string[] {
  return test === undefined ? [] : [`await ${model}.evaluate(${test})`];
}
