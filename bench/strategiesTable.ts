/** The trials as a table, and the sentences below it: all from the figures. */
import { type Interval, studentInterval } from "../src/lab/compare/studentInterval";
import { median, rounded } from "./benchReport";
import type { PeerTrial } from "./strategiesPeer";
import type { Trial } from "./strategiesTrials";

interface Row {
  readonly title: string;
  readonly labels: number;
  readonly accuracy: Interval;
  readonly gain?: Interval;
  readonly base: string;
  readonly seconds: number;
  readonly trunkPasses: number;
  readonly peer?: PeerFigures;
}

interface PeerFigures {
  readonly accuracy: Interval;
  /** Graft less the peer, paired by seed. */
  readonly difference: Interval;
  readonly seconds: number;
  readonly keptSeconds?: number;
}

/** `peer`: its name. */
export function strategiesTable(
  trials: readonly Trial[],
  peer: string,
): { readonly table: string[][]; readonly notes: string[] } {
  const rows = rowsOf(trials);
  const head = [
    ...["", "labels", "accuracy, %", "gain, points", "seconds", "trunk passes"],
    ...[`${peer}: accuracy, %`, "Graft - PyTorch, points", "PyTorch: seconds", "features kept: seconds"],
  ];
  const points = (interval: Interval | undefined): string => (interval ? intervalText(interval) : "-");
  const beside = (row: Row, seconds: number | undefined): string =>
    seconds === undefined ? "-" : `${rounded(seconds)} (x${(seconds / row.seconds).toFixed(2)})`;
  const cells = rows.map((row) => [
    ...[row.title, String(row.labels), points(row.accuracy), points(row.gain)],
    ...[String(rounded(row.seconds)), String(rounded(row.trunkPasses))],
    ...[points(row.peer?.accuracy), points(row.peer?.difference)],
    ...[beside(row, row.peer?.seconds), beside(row, row.peer?.keptSeconds)],
  ]);
  return { table: [head, ...cells], notes: notesOn(rows) };
}

function rowsOf(trials: readonly Trial[]): Row[] {
  const rowOf = ({ part, labels, strategy }: Trial): string => JSON.stringify([part, labels, strategy]);
  return [...new Set(trials.map(rowOf))].map((row): Row => {
    const own = trials.filter((trial) => rowOf(trial) === row);
    const { part, strategy, base, labels } = own[0]!;
    const bases = trials.filter((trial) => trial.part === part && trial.labels === labels && trial.strategy === base);
    const gains = own.map(({ accuracy, seed }) => accuracy - bases.find((other) => other.seed === seed)!.accuracy);
    const peers = own.flatMap((trial) => (trial.peer ? [{ ...trial, peer: trial.peer }] : []));
    return {
      ...{ title: `${part}: ${strategy}`, labels, base },
      accuracy: studentInterval(own.map(({ accuracy }) => accuracy)),
      ...(strategy !== base && { gain: studentInterval(gains) }),
      seconds: median(own.map(({ seconds }) => seconds)),
      trunkPasses: median(own.map(({ trunkPasses }) => trunkPasses)),
      ...(peers.length > 0 && { peer: peerFigures(peers) }),
    };
  });
}

function peerFigures(trials: readonly (Trial & { readonly peer: PeerTrial })[]): PeerFigures {
  const kept = trials.flatMap(({ peer }) => peer.kept?.seconds ?? []);
  return {
    accuracy: studentInterval(trials.map(({ peer }) => peer.accuracy)),
    difference: studentInterval(trials.map(({ accuracy, peer }) => accuracy - peer.accuracy)),
    seconds: median(trials.map(({ peer }) => peer.seconds)),
    ...(kept.length > 0 && { keptSeconds: median(kept) }),
  };
}

function notesOn(rows: readonly Row[]): string[] {
  const named = (some: readonly Row[]): string =>
    some.map(({ title, labels }) => `${title} (${labels} labels)`).join(", ");
  const sentence = (title: string, some: readonly Row[]): string[] =>
    some.length === 0 ? [] : [`${title}: ${named(some)}.`];
  const gaining = rows.filter(({ gain }) => gain !== undefined);
  const bases = [...new Set(rows.map(({ base }) => base))].join(" or ");
  const beside = rows.filter(({ peer }) => peer !== undefined);
  const apart = beside.filter(({ peer }) => !holdsZero(peer!.difference));
  const times = (quicker: Row[], which: "seconds" | "keptSeconds"): string =>
    quicker
      .map((row) => `${row.title} (${row.labels} labels, x${(row.peer![which]! / row.seconds).toFixed(2)})`)
      .join(", ");
  const slower = beside.filter(({ seconds, peer }) => peer!.seconds < seconds);
  const slowerThanKept = beside.filter(({ seconds, peer }) => (peer!.keptSeconds ?? Infinity) < seconds);
  return [
    ...sentence(
      `Better than ${bases} with the interval above zero`,
      gaining.filter(({ gain }) => gain!.interval[0] > 0),
    ),
    ...sentence(
      `Not told apart from ${bases}`,
      gaining.filter(({ gain }) => holdsZero(gain!)),
    ),
    ...sentence(
      `Worse than ${bases}`,
      gaining.filter(({ gain }) => gain!.interval[1] < 0),
    ),
    ...(beside.length === 0
      ? []
      : [
          `Accuracy beside PyTorch's: ${beside.length - apart.length} of ${beside.length} rows differ by no more than the noise of the seeds.`,
        ]),
    ...sentence("Outside it", apart),
    ...(slower.length === 0 ? [] : [`Slower than PyTorch in the usual way: ${times(slower, "seconds")}.`]),
    ...(slowerThanKept.length === 0
      ? []
      : [`Slower than PyTorch with features kept: ${times(slowerThanKept, "keptSeconds")}.`]),
  ];
}

function holdsZero({ interval: [low, high] }: Interval): boolean {
  return low <= 0 && high >= 0;
}

/** In hundredths. */
function intervalText({ mean, interval: [low, high] }: Interval): string {
  const [middle, from, to] = [mean, low, high].map((value) => (Math.round(1000 * value) / 10 + 0).toFixed(1));
  return `${middle} [${from}, ${to}]`;
}
