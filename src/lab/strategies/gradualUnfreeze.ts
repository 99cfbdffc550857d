import type { Dataset } from "../data/dataset";
import type { TrainingPhase } from "../train/history";
import { selectLayers } from "../train/layerSelection";
import type { ModelCore } from "../train/modelCore";
import type { Progress } from "../train/progressReport";
import { chosenLayers, type StagedOptions } from "./defaultLayers";
import { fineTune, fineTunePlan } from "./fineTune";
import { layerGroups } from "./layerGroups";
import { headStage } from "./linearProbeThenFineTune";
import { type Stage, trainInStages } from "./stages";

/** ULMFiT's: each group of layers learns so many times more slowly than the one behind it. */
const groupDecay = 1 / 2.6;
const stageDefaults = { learningRate: 1e-3, epochs: 5, schedule: { name: "slantedTriangular" } } as const;

/**
 * Howard & Ruder 2018 (ULMFiT, arXiv:1801.06146, sections 3.2 and 3.3): the head first, then one group of layers more with each stage, with
 * discriminative rates and a slanted triangular schedule. A group is a layer with weights together with its batch norm.
 */
export async function gradualUnfreeze(
  core: ModelCore,
  train: Dataset,
  options: StagedOptions = {},
  progress?: Progress,
): Promise<TrainingPhase> {
  const { selection, settings, notes } = chosenLayers(core, train, options);
  const { layerDecay = groupDecay, learningRateFactors = {}, ...rest } = settings;
  const stageSettings = { ...stageDefaults, ...rest, plot: false };
  // What does not fit is said before the head is trained.
  const { plan } = fineTunePlan(core, train, { ...stageSettings, ...selection, learningRateFactors });
  const sharedCut = plan.layers;
  const selected = new Set(selectLayers(core.graph, selection).map(({ name }) => name));
  const groups = layerGroups(core.graph, core.featureLayer)
    .map((group) => group.filter(({ name }) => selected.has(name)))
    .filter((group) => group.length > 0);
  const frozenNorm = (options.batchNorm ?? core.batchNormDefault) === "frozen";
  const later = groups.slice(1).map((_, i): Stage => {
    const unfrozen = groups.slice(-2 - i);
    const trained = unfrozen.map((group) =>
      group.filter(({ type }) => !frozenNorm || type !== "BatchNormalization").map(({ name }) => name),
    );
    const factors = trained.flatMap((group, place) =>
      group.map((name) => [name, learningRateFactors[name] ?? layerDecay ** (trained.length - 1 - place)] as const),
    );
    const stageOptions = {
      ...stageSettings,
      lastLayers: unfrozen.flat().length,
      learningRateFactors: Object.fromEntries(factors),
    };
    return {
      name: `from ${trained[0]![0]!} on`,
      share: 2 + i,
      run: (part) => fineTune(core, train, stageOptions, { progress: part, sharedCut }),
    };
  });
  const stages = [headStage(core, train, options, { notes, sharedCut }), ...later];
  return trainInStages(core, "Unfreezing layer by layer", stages, { plot: options.plot, progress });
}
