import type { Dataset } from "../data/dataset";
import type { FineTuneOptions } from "../train/fineTuneOptions";
import { headOf } from "../train/headLayers";
import type { TrainingPhase } from "../train/history";
import { isWholeNetwork, selectLayers } from "../train/layerSelection";
import type { ModelCore } from "../train/modelCore";
import type { Progress } from "../train/progressReport";
import { chosenLayers, type StagedOptions } from "./defaultLayers";
import { fineTune, fineTunePlan } from "./fineTune";
import { type Stage, trainInStages, type Within } from "./stages";
import { trainHead } from "./trainHead";

/** A right head needs no large steps; the whole network has a smaller one of its own. */
const probedRate = 3e-4;

/**
 * Kumar et al. 2022 (arXiv:2202.10054): a head that is right before the features move keeps them from being distorted by the gradients of one that is
 * not. Where only the head is to be trained, that is all.
 */
export async function linearProbeThenFineTune(
  core: ModelCore,
  train: Dataset,
  options: StagedOptions = {},
  progress?: Progress,
): Promise<TrainingPhase> {
  const { selection, settings, notes } = chosenLayers(core, train, options);
  const whole = isWholeNetwork(core.graph, selectLayers(core.graph, selection));
  const descentOptions = { ...(whole ? {} : { learningRate: probedRate }), ...settings, ...selection, plot: false };
  const { plan } = fineTunePlan(core, train, descentOptions);
  const head = new Set(headOf(core.graph, core.featureLayer).map(({ name }) => name));
  const headOnly = plan.layers.every((name) => head.has(name));
  const descent: Stage = {
    name: "fine-tuning",
    share: 4,
    run: (part) => fineTune(core, train, descentOptions, { progress: part, notes }),
  };
  const headWithin = headOnly ? { notes } : { sharedCut: plan.layers };
  const stages = [headStage(core, train, options, headWithin), ...(headOnly ? [] : [descent])];
  return trainInStages(core, "Training head, then more layers", stages, { plot: options.plot, progress });
}

/** The head on the frozen backbone, as the first of several stages. */
export function headStage(
  core: ModelCore,
  train: Dataset,
  { validation, classWeights, labelSmoothing }: FineTuneOptions,
  within: Within,
): Stage {
  const options = {
    plot: false,
    ...(validation && { validation }),
    ...(classWeights && { classWeights }),
    ...(labelSmoothing !== undefined && { labelSmoothing }),
  };
  return { name: "head", share: 1, run: (progress) => trainHead(core, train, options, { ...within, progress }) };
}
