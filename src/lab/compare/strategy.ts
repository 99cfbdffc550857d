import type { Backbone } from "../backbone/backbone";
import type { Dataset } from "../data/dataset";
import { GraftError } from "../../shared/graftError";
import { fineTunePlan } from "../strategies/fineTune";
import { type LoraOptions, loraPlan } from "../strategies/lora";
import { trainHead } from "../strategies/trainHead";
import type { FineTuneOptions } from "../train/fineTuneOptions";
import { fromScratchOn, type GraftOptions, graftOn } from "../train/graft";
import type { LabRuntime } from "../train/labRuntime";
import type { LayerSelection, OptionalSelection } from "../train/layerSelection";
import type { Model } from "../train/model";
import { coreOf } from "../train/modelCore";
import { scratchRecipe, transferRecipe } from "./recipes";

/** Of a strategy's training; a comparison gives the seed and the data. */
export type StrategySettings = Omit<FineTuneOptions, "seed" | "plot" | "validation" | "earlyStopping">;

/** The strategies that have a name, with what each may be given. */
export interface NamedStrategies {
  /** The backbone's architecture from random weights. */
  readonly scratch: StrategySettings;
  /** A new linear head on the frozen backbone. */
  readonly head: { readonly l2?: number };
  /** A head with a hidden layer on the frozen backbone. */
  readonly mlp: { readonly hiddenUnits?: number; readonly dropout?: number };
  readonly nearest: { readonly neighbours?: number };
  readonly prototypes: Readonly<Record<string, never>>;
  readonly linearProbeThenFineTune: OptionalSelection & StrategySettings;
  readonly gradualUnfreeze: OptionalSelection & StrategySettings;
  /** After a new head. Without a selection all layers that have matrices. */
  readonly lora: OptionalSelection & Omit<LoraOptions, "seed" | "plot" | "validation" | "earlyStopping">;
}

type Name = keyof NamedStrategies;

/**
 * How to get a classifier out of few labels: the name of a strategy; `{ name: settings }`, for example `{ lora: { rank: 4 } }`; or layers with settings,
 * for example `{ lastLayers: 3 }` or `{ all: true, epochs: 10 }`, which solves a new head and then fine-tunes these layers.
 */
export type Strategy =
  | Exclude<Name, "lora">
  | { [Key in Name]: { readonly [Own in Key]: NamedStrategies[Own] } }[Name]
  | (LayerSelection & StrategySettings);

/** A strategy in one form. */
export type NormalStrategy =
  | { [Key in Name]: { readonly name: Key; readonly settings: NamedStrategies[Key] } }[Name]
  | { readonly name: "layers"; readonly settings: LayerSelection & StrategySettings };

const names = {
  scratch: "all layers from random weights",
  head: "new head on the frozen backbone",
  mlp: "MLP head",
  nearest: "nearest neighbours",
  prototypes: "class prototypes",
  linearProbeThenFineTune: "probe, then fine-tuning",
  gradualUnfreeze: "gradual unfreezing",
  lora: "LoRA",
} as const satisfies Record<Name, string>;

/** @throws GraftError `compare/unknown-strategy`. */
export function normalStrategy(strategy: Strategy): NormalStrategy {
  if (typeof strategy === "string") {
    if (strategy in names && (strategy as string) !== "lora") {
      return { name: strategy, settings: {} };
    }
    throw unknownStrategy(`"${strategy}"`);
  }
  const named = (Object.keys(names) as Name[]).filter((name) => name in strategy);
  const selects = ["lastLayers", "fromLayer", "all"].some((key) => key in strategy);
  if (named.length === 0 && selects) return { name: "layers", settings: strategy as LayerSelection & StrategySettings };
  const [name] = named;
  if (name === undefined || selects || Object.keys(strategy).length > 1)
    throw unknownStrategy(JSON.stringify(strategy));
  return { name, settings: (strategy as Readonly<Record<string, unknown>>)[name] } as NormalStrategy;
}

/** The key of a row: short, the strategy as it was asked for. */
export function strategyKey({ name, settings }: NormalStrategy): string {
  if (name !== "layers") return name;
  if (settings.all) return "all layers";
  return settings.fromLayer === undefined ? lastLayersText(settings.lastLayers) : `from ${settings.fromLayer}`;
}

/** In words; what stands before the colon is its name in figures. */
export function strategyDetail(strategy: NormalStrategy, trained: readonly string[]): string {
  const layers = trained.join(", ");
  switch (strategy.name) {
    case "layers":
      return `${strategyKey(strategy)}: ${layers}`;
    case "lora":
      return `LoRA of rank ${strategy.settings.rank}: ${layers}`;
    case "linearProbeThenFineTune":
    case "gradualUnfreeze":
      return `${names[strategy.name]}: ${layers}`;
    default:
      return names[strategy.name];
  }
}

/** Trains one model by a strategy; the same seed gives the same model. */
export async function trainBy(
  { name, settings }: NormalStrategy,
  runtime: LabRuntime,
  backbone: Backbone,
  train: Dataset,
  seed: number,
): Promise<Model> {
  // Thrown away once it is measured: nothing to go on with.
  const options: GraftOptions = { classes: train.classes, seed, checkpoints: false };
  if (name === "scratch") {
    const model = fromScratchOn(runtime, backbone, options);
    await model.fineTune(train, { ...scratchRecipe(train.size), ...settings, all: true, ...quiet, seed });
    return model;
  }
  const model = graftOn(runtime, backbone, options);
  const core = coreOf(model);
  switch (name) {
    case "head":
      await model.trainHead(train, { ...settings, ...quiet });
      break;
    case "mlp":
      await model.trainHead(train, { ...settings, method: "mlp", ...quiet, seed });
      break;
    case "nearest":
      await model.trainHead(train, { ...settings, method: "nearest", ...quiet });
      break;
    case "prototypes":
      await model.trainHead(train, { method: "prototypes", ...quiet });
      break;
    case "linearProbeThenFineTune":
      await model.linearProbeThenFineTune(train, { ...settings, ...quiet, seed });
      break;
    case "gradualUnfreeze":
      await model.gradualUnfreeze(train, { ...settings, ...quiet, seed });
      break;
    case "lora": {
      const { lastLayers, fromLayer, all, ...rest } = settings;
      const none = lastLayers === undefined && fromLayer === undefined && all === undefined;
      const selection = (none ? { all: true } : { lastLayers, fromLayer, all }) as LayerSelection;
      const options = { ...transferRecipe(train.size), ...rest, ...selection, ...quiet, seed };
      await trainHead(core, train, quiet, { sharedCut: loraPlan(core, train, options).plan.layers });
      await model.lora(train, options);
      break;
    }
    case "layers": {
      // The recipe is one for the last layers; the whole network has its own careful defaults.
      const options = { ...(settings.all ? {} : transferRecipe(train.size)), ...settings, ...quiet, seed };
      await trainHead(core, train, quiet, { sharedCut: fineTunePlan(core, train, options).plan.layers });
      await model.fineTune(train, options);
    }
  }
  return model;
}

/** A comparison reports progress and draws as a whole. */
const quiet = { plot: false } as const;

function lastLayersText(lastLayers: number): string {
  return `last ${lastLayers} layer${lastLayers === 1 ? "" : "s"}`;
}

function unknownStrategy(found: string): GraftError {
  return new GraftError({
    code: "compare/unknown-strategy",
    expected: `one of ${Object.keys(names).join(", ")}, as a string or as { name: settings }, or layers as { lastLayers: 3 }`,
    found,
    remedy: 'For example ["scratch", "head", { lastLayers: 3 }, { lora: { rank: 4 } }]',
  });
}
