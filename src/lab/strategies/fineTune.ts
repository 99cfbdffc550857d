import type { Dataset } from "../data/dataset";
import {
  type FineTuneOptions,
  lastLayersDefaults,
  planFor,
  type TrainingPlan,
  wholeNetworkDefaults,
  wholeNetworkNotes,
} from "../train/fineTuneOptions";
import type { TrainingPhase } from "../train/history";
import { isWholeNetwork, type LayerSelection, selectLayers, withBatchNorm } from "../train/layerSelection";
import type { ModelCore } from "../train/modelCore";
import type { Within } from "./stages";

/**
 * Gradient descent on the selected layers. For the whole of a pretrained network the rate and the number of epochs that a person does not give
 * are small, which the phase says.
 */
export async function fineTune(
  core: ModelCore,
  train: Dataset,
  options: LayerSelection & FineTuneOptions,
  { sharedCut, ...within }: Within = {},
): Promise<TrainingPhase> {
  const { plan, notes } = fineTunePlan(core, train, options);
  const { validation, plot } = options;
  return core.descend(train, sharedCut ? { ...plan, sharedCut } : plan, {
    ...within,
    notes: [...(within.notes ?? []), ...notes],
    ...(validation && { validation }),
    ...(plot !== undefined && { plot }),
  });
}

/** Says also which defaults it took. @throws GraftError for options that do not fit, before anything is computed. */
export function fineTunePlan(
  core: ModelCore,
  train: Dataset,
  options: LayerSelection & FineTuneOptions,
): { readonly plan: TrainingPlan; readonly notes: readonly string[] } {
  const selected = selectLayers(core.graph, options);
  const layers = withBatchNorm(selected, options.batchNorm ?? core.batchNormDefault);
  const careful = core.pretrained && isWholeNetwork(core.graph, selected);
  const defaults = careful ? wholeNetworkDefaults : lastLayersDefaults;
  const names = layers.map(({ name }) => name);
  return { plan: planFor(names, train, options, defaults), notes: careful ? wholeNetworkNotes(options) : [] };
}
