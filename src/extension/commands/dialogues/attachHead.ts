import { l10n } from "vscode";
import { type Dialogue, pick } from "../dialogue";
import { testDataset } from "../plans/fineTunePlan";
import { distinctDatasets, freeName } from "../plans/modelChoices";
import { attachHeadCell, type HeadPlan } from "../plans/modelCells";
import type { CellState } from "../readiness";
import { chooseBackbone, chooseDataset } from "./choose";

export function* attachHead({ backbones, datasets, models }: CellState): Dialogue<string> {
  const backbone = yield* chooseBackbone(backbones);
  const head = yield* pick<HeadPlan["head"]>({
    title: l10n.t("Which head for {0}?", backbone.name),
    placeholder: l10n.t("It is new; the backbone stays frozen until it is fine-tuned"),
    choices: [
      {
        label: l10n.t("Linear"),
        description: l10n.t("one Dense layer"),
        detail: l10n.t("Solved to its optimum in seconds; the one to begin with"),
        value: "linear",
      },
      {
        label: l10n.t("MLP"),
        description: l10n.t("Dense with relu, dropout, Dense"),
        detail: l10n.t("For many labels, where classes cannot be told apart by a line"),
        value: "mlp",
      },
    ],
  });
  const dataset = yield* chooseDataset(l10n.t("With the classes of which dataset?"), distinctDatasets(datasets));
  const test = testDataset(dataset, datasets, dataset);
  return attachHeadCell({ model: freeName("model", models), backbone, dataset, test, head });
}
