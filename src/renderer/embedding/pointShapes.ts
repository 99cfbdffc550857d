/** The shapes of points as distances: negative inside, in a square from -1 to 1 with y downwards. The shader has the same ones. */
const INSIDE: readonly ((x: number, y: number) => number)[] = [
  (x, y) => Math.hypot(x, y) - 1,
  (x, y) => Math.abs(x) + Math.abs(y) - 1.1,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.82,
  (x, y) => Math.max(y - 0.7, 0.87 * Math.abs(x) - 0.5 * y - 0.5),
  (x, y) => Math.max(Math.min(Math.abs(x), Math.abs(y)) - 0.34, Math.max(Math.abs(x), Math.abs(y)) - 0.95),
  (x, y) => Math.hypot(x, y) - (0.72 + 0.28 * Math.cos(5 * Math.atan2(x, -y))),
];

/** The pixels that a point of this shape and diameter covers around its own. */
export interface Stamp {
  readonly dx: Int16Array;
  readonly dy: Int16Array;
  /** In 256ths. */
  readonly coverage: Uint16Array;
  readonly reach: number;
}

const stamps = new Map<number, Stamp>();

/** `diameter` in whole pixels. */
export function stampOf(shape: number, diameter: number): Stamp {
  const key = shape * 1024 + diameter;
  let stamp = stamps.get(key);
  if (stamp === undefined) stamps.set(key, (stamp = newStamp(INSIDE[shape % INSIDE.length]!, diameter)));
  return stamp;
}

/** Each pixel is looked at in sixteen places. */
function newStamp(inside: (x: number, y: number) => number, diameter: number): Stamp {
  const radius = diameter / 2;
  const reach = Math.ceil(radius);
  const pixels: (readonly [number, number, number])[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      let hits = 0;
      for (let sub = 0; sub < 16; sub++) {
        const x = dx - 0.375 + (sub % 4) / 4;
        const y = dy - 0.375 + Math.floor(sub / 4) / 4;
        if (inside(x / radius, y / radius) <= 0) hits++;
      }
      if (hits > 0) pixels.push([dx, dy, 16 * hits]);
    }
  }
  return {
    dx: Int16Array.from(pixels, ([dx]) => dx),
    dy: Int16Array.from(pixels, ([, dy]) => dy),
    coverage: Uint16Array.from(pixels, ([, , coverage]) => coverage),
    reach,
  };
}
