import { l10n } from "vscode";
import { type Dialogue, pick } from "../dialogue";
import { isTest, testDataset } from "../plans/fineTunePlan";
import { distinctDatasets, fits } from "../plans/modelChoices";
import { compareCell } from "../plans/trainingCells";
import type { CellState } from "../readiness";
import { chooseBackbone, chooseDataset } from "./choose";

export function* compareStrategies({ backbones, datasets }: CellState): Dialogue<string> {
  const backbone = yield* chooseBackbone(backbones);
  // A pool to draw examples from: the largest.
  const pools = [...distinctDatasets(datasets)].sort((a, b) => poolSize(b, datasets) - poolSize(a, datasets));
  const pool = yield* chooseDataset(l10n.t("Draw the examples to train on from which dataset?"), pools);
  const test = testDataset(pool, datasets, pool);
  const { labels, seeds } = yield* pick({
    title: l10n.t("How thoroughly?"),
    placeholder: l10n.t("From random weights, a new head, and the last 3 layers, each with the same examples"),
    choices: [
      {
        label: l10n.t("A quick look"),
        description: l10n.t("10 and 50 labels, 3 seeds: 18 trainings"),
        value: { labels: [10, 50], seeds: 3 },
      },
      {
        label: l10n.t("Thoroughly"),
        description: l10n.t("10, 50 and 250 labels, 10 seeds: 90 trainings; narrower intervals"),
        value: { labels: [10, 50, 250], seeds: 10 },
      },
    ],
  });
  // Of a small dataset not more than there are, less the fifth that is kept for the test.
  const available = test === undefined ? Math.floor(0.8 * pool.size) : pool.size;
  const possible = labels.filter((count) => count <= available);
  return compareCell({
    backbone: backbone.name,
    resize: fits(pool, backbone) ? undefined : backbone.inputShape,
    train: pool.name,
    test: test?.name,
    labels: possible.length > 0 ? possible : [available],
    seeds,
  });
}

/** What has a test set beside it comes before what has none. */
function poolSize(dataset: CellState["datasets"][number], all: CellState["datasets"]): number {
  const isPool = !isTest(dataset.name) && testDataset(dataset, all, dataset) !== undefined;
  return isPool ? dataset.size : dataset.size / 1e9;
}
