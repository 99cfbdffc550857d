import type { Colouring } from "./colouring";
import type { MapPoints } from "./mapPoints";
import type { ClassName } from "./stageMarks";

/** More names would cover the points. */
const MOST_NAMES = 20;
/** Enough members for a middle that stands still. */
const MOST_MEMBERS = 300;

/** The name of each group on the median of its points. */
export function classNames(
  map: MapPoints,
  { groups, of }: Extract<Colouring, { readonly kind: "groups" }>,
  hidden: ReadonlySet<number>,
): ClassName[] {
  if (groups.length > MOST_NAMES) return [];
  const members = groups.map((): number[] => []);
  const stride = groups.map(({ count }) => Math.ceil(count / MOST_MEMBERS));
  const seen = new Uint32Array(groups.length);
  for (let row = 0; row < map.size; row++) {
    const group = of[row]!;
    const [place, step] = [seen[group]!++, stride[group]!];
    if (place % step === 0) members[group]!.push(row);
  }
  return groups.flatMap(({ name }, group) =>
    members[group]!.length === 0 || hidden.has(group) ? [] : [{ name, at: median(map, members[group]!) }],
  );
}

function median({ points, dims }: MapPoints, rows: readonly number[]): Float32Array {
  return Float32Array.from({ length: dims }, (_, d) => {
    const sorted = Float32Array.from(rows, (row) => points[row * dims + d]!).sort();
    return sorted[Math.floor(sorted.length / 2)]!;
  });
}
