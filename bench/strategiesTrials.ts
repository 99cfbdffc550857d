import { normalStrategy, type NormalStrategy, strategyKey, trainBy } from "../src/lab/compare/strategy";
import { accuracyOn } from "../src/lab/compare/compareStrategies";
import type { Dataset } from "../src/lab/data/dataset";
import type { Engine } from "../src/lab/engine/engine";
import { LabRuntime } from "../src/lab/train/labRuntime";
import type { Model } from "../src/lab/train/model";
import type { PythonPeer } from "./pythonPeer";
import { type PeerName, type PeerTrial, StrategiesPeer } from "./strategiesPeer";
import type { StrategyPart } from "./strategiesParts";

/** One training: how far, how long. */
export interface Trial {
  readonly part: string;
  readonly strategy: string;
  /** Key of the strategy that gains are against. */
  readonly base: string;
  readonly labels: number;
  readonly seed: number;
  readonly accuracy: number;
  readonly seconds: number;
  /** Images across the frozen trunk, by labelled image. */
  readonly trunkPasses: number;
  readonly peers: Readonly<Partial<Record<PeerName, PeerTrial>>>;
}

interface Setting {
  readonly engine: Engine;
  readonly peers: ReadonlyMap<PeerName, PythonPeer>;
  /** For files that both sides read. */
  readonly folder: string;
  readonly seeds: number;
  readonly say: (text: string) => void;
}

/** All strategies of a part by turns with the peers; before each number of labels all of them once to warm up. */
export async function trialsOf(part: StrategyPart, { engine, peers, folder, seeds, say }: Setting): Promise<Trial[]> {
  const strategies = part.strategies.map(({ strategy, name, peer: beside }) => {
    const normal = normalStrategy(strategy);
    return { normal, name: name ?? strategyKey(normal), beside };
  });
  const runtime = new LabRuntime(engine);
  const others: StrategiesPeer[] = [];
  for (const [name, peer] of peers) others.push(await StrategiesPeer.start(name, { peer, folder, part, say }));

  const trials: Trial[] = [];
  for (const labels of part.labels) {
    // The peers warm up with this many examples too, as they look for their quickest way.
    say(`${part.name}: warming up with ${labels} labels`);
    const warm = part.sample(labels, 1000);
    for (const { normal } of strategies)
      await accuracyOn(runtime, (await measured(engine, part, normal, warm, 0)).model, part.test);
    for (let seed = 0; seed < seeds; seed++) {
      const train = part.sample(labels, seed);
      for (const { normal, name, beside } of strategies) {
        const { model, seconds, trunkPasses } = await measured(engine, part, normal, train, seed);
        const accuracy = await accuracyOn(runtime, model, part.test);
        const own = { part: part.name, strategy: name, base: part.base, labels, seed, accuracy, seconds };
        const theirs: Partial<Record<PeerName, PeerTrial>> = {};
        for (const other of beside ? others : [])
          theirs[other.name] = await other.train(normal, model, train, { seed, name: `${name} ${labels}` });
        trials.push({ ...own, trunkPasses: trunkPasses / train.size, peers: theirs });
        const besides = Object.entries(theirs).map(([peer, trial]) => `; ${peer} ${shown(trial)}`);
        say(`  ${labels} labels, seed ${seed}, ${name}: ${shown({ accuracy, seconds })}${besides.join("")}`);
      }
    }
  }
  return trials;
}

function shown({ accuracy, seconds }: { readonly accuracy: number; readonly seconds: number }): string {
  return `${(100 * accuracy).toFixed(1)} % in ${seconds.toFixed(2)} s`;
}

/** With features of its own, so that what came before makes nothing cheaper. */
async function measured(
  engine: Engine,
  { backbone }: StrategyPart,
  strategy: NormalStrategy,
  train: Dataset,
  seed: number,
): Promise<{ readonly model: Model; readonly seconds: number; readonly trunkPasses: number }> {
  const fresh = new LabRuntime(engine);
  const before = performance.now();
  const model = await trainBy(strategy, fresh, backbone, train, seed);
  return { model, seconds: (performance.now() - before) / 1000, trunkPasses: fresh.trunkPasses };
}
