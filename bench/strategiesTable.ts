/** The trials as a table, and the sentences below it: all from the figures. */
import { type Interval, studentInterval } from "../src/lab/compare/studentInterval";
import { median, rounded } from "./benchReport";
import { type PeerName, peerPrograms } from "./strategiesPeer";
import type { Trial } from "./strategiesTrials";

interface Row {
  readonly title: string;
  readonly labels: number;
  readonly accuracy: Interval;
  readonly gain?: Interval;
  readonly base: string;
  readonly seconds: number;
  readonly trunkPasses: number;
  readonly peers: Readonly<Partial<Record<PeerName, PeerFigures>>>;
}

interface PeerFigures {
  /** Graft less the peer, paired by seed. */
  readonly difference: Interval;
  readonly seconds: number;
  readonly keptSeconds?: number;
}

export function strategiesTable(trials: readonly Trial[]): {
  readonly table: string[][];
  readonly notes: string[];
} {
  const rows = rowsOf(trials);
  const head = [
    ...["", "labels", "accuracy, %", "gain, points", "seconds", "trunk passes"],
    ...["Graft - PyTorch, points", "PyTorch: seconds", "features kept: seconds"],
    ...["Graft - Keras, points", "Keras: seconds"],
  ];
  const points = (interval: Interval | undefined): string => (interval ? intervalText(interval) : "-");
  const beside = (row: Row, seconds: number | undefined): string =>
    seconds === undefined ? "-" : `${rounded(seconds)} (x${(seconds / row.seconds).toFixed(2)})`;
  const cells = rows.map((row) => {
    const { PyTorch, Keras } = row.peers;
    return [
      ...[row.title, String(row.labels), points(row.accuracy), points(row.gain)],
      ...[String(rounded(row.seconds)), String(rounded(row.trunkPasses))],
      ...[points(PyTorch?.difference), beside(row, PyTorch?.seconds), beside(row, PyTorch?.keptSeconds)],
      ...[points(Keras?.difference), beside(row, Keras?.seconds)],
    ];
  });
  const names = Object.keys(peerPrograms) as PeerName[];
  return { table: [head, ...cells], notes: [...gainNotes(rows), ...names.flatMap((name) => peerNotes(rows, name))] };
}

function rowsOf(trials: readonly Trial[]): Row[] {
  const rowOf = ({ part, labels, strategy }: Trial): string => JSON.stringify([part, labels, strategy]);
  return [...new Set(trials.map(rowOf))].map((row): Row => {
    const own = trials.filter((trial) => rowOf(trial) === row);
    const { part, strategy, base, labels } = own[0]!;
    const bases = trials.filter((trial) => trial.part === part && trial.labels === labels && trial.strategy === base);
    const gains = own.map(({ accuracy, seed }) => accuracy - bases.find((other) => other.seed === seed)!.accuracy);
    const names = Object.keys(own[0]!.peers) as PeerName[];
    return {
      ...{ title: `${part}: ${strategy}`, labels, base },
      accuracy: studentInterval(own.map(({ accuracy }) => accuracy)),
      ...(strategy !== base && { gain: studentInterval(gains) }),
      seconds: median(own.map(({ seconds }) => seconds)),
      trunkPasses: median(own.map(({ trunkPasses }) => trunkPasses)),
      peers: Object.fromEntries(names.map((name) => [name, peerFigures(own, name)])),
    };
  });
}

function peerFigures(trials: readonly Trial[], name: PeerName): PeerFigures {
  const kept = trials.flatMap(({ peers }) => peers[name]!.kept?.seconds ?? []);
  return {
    difference: studentInterval(trials.map(({ accuracy, peers }) => accuracy - peers[name]!.accuracy)),
    seconds: median(trials.map(({ peers }) => peers[name]!.seconds)),
    ...(kept.length > 0 && { keptSeconds: median(kept) }),
  };
}

function gainNotes(rows: readonly Row[]): string[] {
  const gaining = rows.flatMap(({ gain, ...row }) => (gain ? [{ ...row, gain }] : []));
  const bases = [...new Set(rows.map(({ base }) => base))].join(" or ");
  const named = (title: string, fits: (gain: Interval) => boolean): string[] =>
    sentence(
      title,
      gaining.filter(({ gain }) => fits(gain)).map(({ title: row, labels }) => `${row} (${labels} labels)`),
    );
  return [
    ...named(`Better than ${bases} with the interval above zero`, ({ interval }) => interval[0] > 0),
    ...named(`Not told apart from ${bases}`, holdsZero),
    ...named(`Worse than ${bases}`, ({ interval }) => interval[1] < 0),
  ];
}

function peerNotes(rows: readonly Row[], name: PeerName): string[] {
  const beside = rows.flatMap(({ peers, ...row }) => (peers[name] ? [{ ...row, peer: peers[name] }] : []));
  if (beside.length === 0) return [];
  const apart = beside.filter(({ peer }) => !holdsZero(peer.difference));
  const slower = (title: string, which: "seconds" | "keptSeconds"): string[] =>
    sentence(
      title,
      beside
        .filter(({ seconds, peer }) => (peer[which] ?? Infinity) < seconds)
        .map((row) => `${row.title} (${row.labels} labels, x${(row.peer[which]! / row.seconds).toFixed(2)})`),
    );
  return [
    `Accuracy beside ${name}: ${beside.length - apart.length} of ${beside.length} rows differ by no more than the noise of the seeds.`,
    ...sentence(
      "Outside it",
      apart.map(({ title, labels }) => `${title} (${labels} labels)`),
    ),
    ...slower(`Slower than ${name} in the usual way`, "seconds"),
    ...slower(`Slower than ${name} with features kept`, "keptSeconds"),
  ];
}

function sentence(title: string, named: readonly string[]): string[] {
  return named.length === 0 ? [] : [`${title}: ${named.join(", ")}.`];
}

function holdsZero({ interval: [low, high] }: Interval): boolean {
  return low <= 0 && high >= 0;
}

/** In hundredths. */
function intervalText({ mean, interval: [low, high] }: Interval): string {
  const [middle, from, to] = [mean, low, high].map((value) => (Math.round(1000 * value) / 10 + 0).toFixed(1));
  return `${middle} [${from}, ${to}]`;
}
