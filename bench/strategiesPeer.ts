import { join } from "node:path";
import { cutGraph } from "../src/lab/backbone/cutGraph";
import type { Backbone } from "../src/lab/backbone/backbone";
import type { NormalStrategy } from "../src/lab/compare/strategy";
import type { Dataset } from "../src/lab/data/dataset";
import { DEFAULT_L2 } from "../src/lab/head/linearProbe";
import { LabRuntime } from "../src/lab/train/labRuntime";
import type { TrainingPlan } from "../src/lab/train/fineTuneOptions";
import { fromScratchOn, graftOn } from "../src/lab/train/graft";
import type { Model } from "../src/lab/train/model";
import { coreOf } from "../src/lab/train/modelCore";
import { peerGraph } from "./engineContext";
import { kerasProgram, type PeerProgram, type PythonPeer, torchProgram } from "./pythonPeer";
import type { StrategyPart } from "./strategiesParts";
import { type NamedTensor, type TensorFile, writeTensorFile } from "./tensorFile";

export const peerPrograms = {
  PyTorch: { ...torchProgram, script: "strategies_torch_peer.py" },
  Keras: { ...kerasProgram, script: "strategies_keras_peer.py" },
} as const satisfies Record<string, PeerProgram>;
export type PeerName = keyof typeof peerPrograms;

/** Beside whom the features that a training begins from are kept as well: by hand, for Keras' `fit` has no form of it. */
const keepsFeatures: Record<PeerName, boolean> = { PyTorch: true, Keras: false };

export interface PeerTrial {
  readonly accuracy: number;
  /** The usual way: every step computes all layers. */
  readonly seconds: number;
  /** With what the frozen layers make of each image kept, as Graft does; absent where nothing is frozen. */
  readonly kept?: { readonly accuracy: number; readonly seconds: number };
}

interface PeerAnswer {
  readonly accuracy: number;
  readonly seconds: number;
}

interface PeerSetting {
  readonly peer: PythonPeer;
  /** For files that both sides read. */
  readonly folder: string;
  readonly part: StrategyPart;
  readonly say: (text: string) => void;
}

/** A peer on one part: it trains by the plan that Graft's model says it was trained by, from the weights that model began with. */
export class StrategiesPeer {
  readonly name: PeerName;
  readonly #peer: PythonPeer;
  readonly #folder: string;
  readonly #backbone: Backbone;
  readonly #test: string;
  readonly #say: (text: string) => void;
  /** Its quickest by recipe, found once. */
  readonly #ways = new Map<string, string>();

  private constructor(name: PeerName, { peer, folder, part, say }: PeerSetting) {
    this.name = name;
    this.#say = say;
    this.#peer = peer;
    this.#folder = folder;
    this.#backbone = part.backbone;
    this.#test = part.name;
  }

  static async start(name: PeerName, setting: PeerSetting): Promise<StrategiesPeer> {
    const { peer, folder, part } = setting;
    const file = await writeTensorFile(join(folder, `${part.name}-test.bin`), new Map(tensorsOf(part.test)));
    await peer.ask({ do: "test", test: part.name, ...file });
    return new StrategiesPeer(name, setting);
  }

  /** @param trained Graft's model after the same training. `name`: of the recipe. */
  async train(
    strategy: NormalStrategy,
    trained: Model,
    train: Dataset,
    { seed, name }: { readonly seed: number; readonly name: string },
  ): Promise<PeerTrial> {
    const { graph, featureLayer, preprocessing, runtime } = coreOf(trained);
    const begin = strategy.name === "scratch" ? fromScratchOn : graftOn;
    const { weights } = begin(new LabRuntime(runtime.engine), this.#backbone, {
      ...{ classes: train.classes, seed, checkpoints: false },
    });
    const plan = trained.history.phases.at(-1)!.options as TrainingPlan | undefined;
    const l2 = strategy.name === "scratch" ? undefined : DEFAULT_L2;
    const file = await writeTensorFile(join(this.#folder, "training.bin"), new Map([...weights, ...tensorsOf(train)]));
    const recipe = {
      ...file,
      graph: peerGraph(graph),
      featureLayer,
      preprocessing,
      l2: l2 ?? null,
      plan: plan ?? null,
    };
    if (plan === undefined || !keepsFeatures[this.name]) return this.#ask(recipe, name, null);
    const [boundary, ...more] = cutGraph(graph, new Set(plan.layers)).boundary;
    const usual = await this.#ask(recipe, name, null);
    if (boundary === graph.input.name || more.length > 0) return usual;
    return { ...usual, kept: await this.#ask(recipe, `${name}, kept`, boundary!) };
  }

  async #ask(
    recipe: TensorFile & Readonly<Record<string, unknown>>,
    name: string,
    boundary: string | null,
  ): Promise<PeerAnswer> {
    let way = this.#ways.get(name);
    if (way === undefined) {
      way = String((await this.#peer.ask({ do: "way", ...recipe, boundary })).way);
      this.#ways.set(name, way);
      this.#say(`  ${this.#peer.name} is quickest at ${name} with ${way}`);
    }
    const { accuracy, seconds } = await this.#peer.ask({ do: "train", test: this.#test, ...recipe, boundary, way });
    return { accuracy: accuracy as number, seconds: seconds as number };
  }
}

function tensorsOf(dataset: Dataset): [string, NamedTensor][] {
  const { size, imageShape, labels } = dataset;
  const bytes = imageShape.reduce((product, side) => product * side, 1);
  const images = new Uint8Array(size * bytes);
  for (let i = 0; i < size; i++) images.set(dataset.image(i), i * bytes);
  return [
    ["images", { shape: [size, ...imageShape], data: images }],
    ["labels", { shape: [size], data: labels }],
  ];
}
