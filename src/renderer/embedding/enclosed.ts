/** An outline on the stage, in pixels: `[x, y]` of its corners. */
export type Outline = readonly (readonly [x: number, y: number])[];

/** The corners of the box between two of them. */
export function box([x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]): Outline {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

/** The rows whose places, `[x, y, w]` of each, lie inside the outline (even-odd rule), of those that are seen. */
export function enclosed(places: Float32Array, outline: Outline, isSeen: (row: number) => boolean): Uint32Array {
  const across = outline.map(([x]) => x);
  const down = outline.map(([, y]) => y);
  const [left, right] = [Math.min(...across), Math.max(...across)];
  const [top, bottom] = [Math.min(...down), Math.max(...down)];
  const rows: number[] = [];
  for (let row = 0; row < places.length / 3; row++) {
    const x = places[3 * row]!;
    const y = places[3 * row + 1]!;
    if (x < left || x > right || y < top || y > bottom || places[3 * row + 2]! <= 0) continue;
    if (isSeen(row) && isInside(x, y, across, down)) rows.push(row);
  }
  return Uint32Array.from(rows);
}

function isInside(x: number, y: number, across: readonly number[], down: readonly number[]): boolean {
  let inside = false;
  for (let i = 0, before = across.length - 1; i < across.length; before = i++) {
    const crosses = down[i]! > y !== down[before]! > y;
    const at = ((across[before]! - across[i]!) * (y - down[i]!)) / (down[before]! - down[i]!) + across[i]!;
    if (crosses && x < at) inside = !inside;
  }
  return inside;
}

/** The seen row nearest to a place, within `reach` pixels; in three dimensions of several the one in front. */
export function nearest(
  places: Float32Array,
  [x, y]: readonly [number, number],
  reach: number,
  isSeen: (row: number) => boolean,
): number | undefined {
  let best: number | undefined;
  let bestScore = reach * reach;
  for (let row = 0; row < places.length / 3; row++) {
    const dx = places[3 * row]! - x;
    const dy = places[3 * row + 1]! - y;
    const score = dx * dx + dy * dy;
    if (score <= bestScore && places[3 * row + 2]! > 0 && isSeen(row)) {
      best = row;
      bestScore = score;
    }
  }
  return best;
}
