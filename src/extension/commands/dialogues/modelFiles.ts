/** Models in files: saved for Graft, exported for others. Also the store of features. */
import { l10n } from "vscode";
import { bytesText } from "../../status/statusText";
import { askTarget, confirm, type Dialogue, pick } from "../dialogue";
import { clearFeaturesCell, exportCell, type ExportFormat, saveCell } from "../plans/modelCells";
import type { CellState, Obstacle } from "../readiness";
import { chooseModel } from "./choose";

export function* saveCheckpoint({ models }: CellState): Dialogue<string> {
  const model = yield* chooseModel([...models].reverse());
  const path = yield* askTarget(`${fileName(model.name)}.graft`, {
    title: l10n.t("Save {0} with its history", model.name),
    button: l10n.t("Save Checkpoint"),
    extensions: ["graft"],
  });
  return saveCell(model.name, path.endsWith(".graft") ? path : `${path}.graft`);
}

export function* exportModel({ models }: CellState): Dialogue<string> {
  const model = yield* chooseModel([...models].reverse());
  const format = yield* pick<ExportFormat>({
    title: l10n.t("Export {0} for what?", model.name),
    placeholder: l10n.t("What is written is run by the format's own runtime and held against the model"),
    choices: [
      { label: "ONNX", description: l10n.t("a file for onnxruntime and most others"), value: "onnx" },
      { label: "TensorFlow.js", description: l10n.t("a folder for browsers and Node"), value: "tfjs" },
      {
        label: "SavedModel",
        description: l10n.t("a folder for TensorFlow"),
        detail: l10n.t('Needs a Python with TensorFlow and Keras 3; add { python: "…" } to name it'),
        value: "savedmodel",
      },
    ],
  });
  const name = fileName(model.name);
  const path = yield* askTarget(format === "onnx" ? `${name}.onnx` : `${name}-${format}`, {
    title: l10n.t("Export {0}", model.name),
    button: l10n.t("Export"),
    ...(format === "onnx" ? { extensions: ["onnx"] } : {}),
  });
  return exportCell(model.name, format, path);
}

export function* clearFeatureCache({ featureCache }: CellState): Dialogue<string | Obstacle> {
  if (featureCache?.bytes === 0) {
    return { message: l10n.t("The feature cache is empty: there is nothing to clear."), remedies: [] };
  }
  const message =
    featureCache === undefined
      ? l10n.t("Clear the feature cache?")
      : l10n.t("Clear the feature cache of {0}?", bytesText(featureCache.bytes));
  const detail = l10n.t(
    "All notebooks share it. Images cross the frozen layers again when they are next needed; no model and no dataset is lost.",
  );
  yield* confirm(message, detail, l10n.t("Clear"));
  return clearFeaturesCell;
}

/** `models.best` -> `best`. */
function fileName(variable: string): string {
  return variable.split(".").at(-1) ?? variable;
}
