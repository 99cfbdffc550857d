/** Which figure of which model on which data. */
import { l10n } from "vscode";
import type { NamedModel } from "../../../shared/sessionState";
import { type Choice, type Dialogue, pick } from "../dialogue";
import { confusionCell, curvesCell, embeddingCell, type EmbeddingPlan } from "../plans/figureCells";
import { evaluationChoices, isTrained } from "../plans/modelChoices";
import { type CellState, noFittingDataset, type Obstacle } from "../readiness";
import { chooseDataset, chooseModel, chooseModels } from "./choose";

/** A map of more takes long; the cell says how many, and can be changed. */
const mappedExamples = 5000;

export function* showEmbedding({ models, datasets }: CellState): Dialogue<string | Obstacle> {
  const model = yield* chooseModel([...models].reverse());
  const fitting = evaluationChoices(model, datasets);
  if (fitting.length === 0) {
    return noFittingDataset(model);
  }
  const method = yield* pick<EmbeddingPlan["method"]>({
    title: l10n.t("Map features by which method?"),
    choices: [
      { label: "t-SNE", description: l10n.t("keeps neighbours together; drawn while it converges"), value: "tsne" },
      { label: "UMAP", description: l10n.t("keeps neighbours, and some of the order between groups"), value: "umap" },
      { label: "PCA", description: l10n.t("linear, done in a moment"), value: "pca" },
    ],
  });
  const layer = yield* pick({
    title: l10n.t("Features of which layer of {0}?", model.name),
    placeholder: l10n.t("Early layers see edges and textures, late ones what images show"),
    choices: layersOf(model),
  });
  const dataset = yield* chooseDataset(l10n.t("Map the examples of which dataset?"), fitting);
  return embeddingCell({
    model: model.name,
    dataset: dataset.name,
    method,
    layer: layer.name,
    maximumExamples: dataset.size > mappedExamples ? mappedExamples : undefined,
  });
}

/** The features first, then layers from the head backwards. */
function layersOf({ layers }: NamedModel): readonly Choice<{ readonly name: string | undefined }>[] {
  return [
    { label: l10n.t("Features"), description: l10n.t("what the head sees"), value: { name: undefined } },
    ...[...layers].reverse().map(({ name, type, outputShape }) => ({
      label: name,
      description: `${type}, ${outputShape.join(" × ")}`,
      value: { name },
    })),
  ];
}

export function* showCurves({ models }: CellState): Dialogue<string> {
  const chosen = yield* chooseModels(l10n.t("Curves of which models?"), models.filter(isTrained).reverse());
  return curvesCell(chosen.map(({ name }) => name));
}

export function* showConfusion({ models, datasets }: CellState): Dialogue<string | Obstacle> {
  const model = yield* chooseModel(models.filter(isTrained).reverse());
  const fitting = evaluationChoices(model, datasets);
  if (fitting.length === 0) {
    return noFittingDataset(model);
  }
  const dataset = yield* chooseDataset(l10n.t("Which classes are confused on which dataset?"), fitting);
  return confusionCell(model.name, dataset.name);
}
