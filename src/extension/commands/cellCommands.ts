/** Every command that writes a cell, with what it needs of the session. */
import type { commandIds } from "../contributions";
import type { CellCommand } from "./cellCommand";
import { attachHead } from "./dialogues/attachHead";
import { compareStrategies } from "./dialogues/compareStrategies";
import { findLearningRate, fineTuneLastLayers, fineTuneWholeNetwork } from "./dialogues/fineTune";
import { loadBackbone } from "./dialogues/loadBackbone";
import { clearFeatureCache, exportModel, saveCheckpoint } from "./dialogues/modelFiles";
import { showConfusion, showCurves, showEmbedding } from "./dialogues/showFigures";
import { trainHead } from "./dialogues/trainHead";

export const cellCommands = {
  loadBackbone: { needs: [], dialogue: loadBackbone },
  attachHead: { needs: ["dataset", "backbone"], dialogue: attachHead },
  trainHead: { needs: ["model", "dataset"], dialogue: trainHead },
  fineTuneLastLayers: { needs: ["model"], dialogue: fineTuneLastLayers },
  fineTuneWholeNetwork: { needs: ["model"], dialogue: fineTuneWholeNetwork },
  findLearningRate: { needs: ["model"], dialogue: findLearningRate },
  showEmbedding: { needs: ["model", "dataset"], dialogue: showEmbedding },
  showCurves: { needs: ["model", "trainedModel"], dialogue: showCurves },
  showConfusion: { needs: ["model", "trainedModel"], dialogue: showConfusion },
  compareStrategies: { needs: ["dataset", "backbone"], dialogue: compareStrategies },
  saveCheckpoint: { needs: ["model"], dialogue: saveCheckpoint },
  exportModel: { needs: ["model"], dialogue: exportModel },
  clearFeatureCache: { needs: [], dialogue: clearFeatureCache },
} satisfies Partial<Record<keyof typeof commandIds, CellCommand>>;
