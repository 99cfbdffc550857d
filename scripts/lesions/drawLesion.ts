/**
 * Drawings that look a little like dermoscopic photographs of skin lesions. No medical picture went into them: each kind is a handful of traits (size, border,
 * colours, dots, vessels) whose distributions overlap, so that some drawings cannot be told apart. They say nothing about skin.
 */
import type { Rng } from "../../src/shared/rng";

type Colour = readonly [red: number, green: number, blue: number];

interface Traits {
  /** Mean radius, as a part of half the picture's side. */
  readonly radius: number;
  /** How much the border departs from a circle, in radii. */
  readonly irregularity: number;
  /** Width of the border, in radii. */
  readonly softness: number;
  /** How much of a second, darker colour there is, in [0, 1]. */
  readonly variegation: number;
  /** How much of a blue-gray veil there is, in [0, 1]. */
  readonly veil: number;
  /** Numbers of dots, and of vessels. */
  readonly dots: number;
  readonly vessels: number;
}

interface Kind extends Traits {
  readonly colour: Colour;
}

/** By the names of HAM10000's classes. */
const kinds = {
  nv: {
    radius: 0.42,
    irregularity: 0.05,
    softness: 0.13,
    variegation: 0.15,
    veil: 0.02,
    dots: 3,
    vessels: 0.2,
    colour: [140, 92, 66],
  },
  mel: {
    radius: 0.56,
    irregularity: 0.15,
    softness: 0.16,
    variegation: 0.6,
    veil: 0.4,
    dots: 6,
    vessels: 0.7,
    colour: [104, 70, 60],
  },
  bkl: {
    radius: 0.52,
    irregularity: 0.09,
    softness: 0.05,
    variegation: 0.3,
    veil: 0.08,
    dots: 14,
    vessels: 0.3,
    colour: [158, 118, 84],
  },
  bcc: {
    radius: 0.46,
    irregularity: 0.09,
    softness: 0.2,
    variegation: 0.2,
    veil: 0.12,
    dots: 3,
    vessels: 4,
    colour: [192, 128, 118],
  },
} as const satisfies Record<string, Kind>;

export type LesionKind = keyof typeof kinds;

/** Standard deviations within a kind. */
const spread: Traits = {
  radius: 0.09,
  irregularity: 0.04,
  softness: 0.05,
  variegation: 0.2,
  veil: 0.15,
  dots: 4,
  vessels: 1.2,
};
const colourSpread = 20;

interface Point {
  readonly u: number;
  readonly v: number;
}

interface Lesion extends Traits {
  readonly colour: Colour;
  /** `[amplitude, phase]` of the border's waves, two to seven around the lesion. */
  readonly waves: readonly (readonly [number, number])[];
  /** In radii from the centre. */
  readonly dotsAt: readonly Point[];
  readonly vesselsAt: readonly Point[];
  readonly patches: ValueNoise;
  readonly veilAt: Point;
  /** Of the person. */
  readonly skin: Colour;
}

/** Seeded: the same number gives the same lesion. */
export function lesionOf(kind: LesionKind, rng: Rng): Lesion {
  const mean = kinds[kind];
  const draw = (name: keyof Traits): number => Math.max(0.02, mean[name] + spread[name] * rng.normal());
  const traits: Traits = {
    radius: Math.min(0.75, draw("radius")),
    irregularity: draw("irregularity"),
    softness: draw("softness"),
    variegation: Math.min(1, draw("variegation")),
    veil: Math.min(0.8, draw("veil")),
    dots: Math.round(draw("dots")),
    vessels: Math.round(draw("vessels")),
  };
  const within = (reach: number): Point => {
    const [angle, distance] = [2 * Math.PI * rng.uniform(), reach * Math.sqrt(rng.uniform())];
    return { u: distance * Math.cos(angle), v: distance * Math.sin(angle) };
  };
  const brightness = colourSpread * rng.normal();
  return {
    ...traits,
    colour: mean.colour.map((value) => value + brightness + 0.4 * colourSpread * rng.normal()) as unknown as Colour,
    waves: Array.from({ length: 6 }, (_, i) => [
      (traits.irregularity * 1.6 * Math.abs(rng.normal())) / (i + 2),
      2 * Math.PI * rng.uniform(),
    ]),
    dotsAt: Array.from({ length: traits.dots }, () => within(0.85)),
    vesselsAt: Array.from({ length: traits.vessels }, () => vessel(within(0.5), rng)).flat(),
    patches: new ValueNoise(rng),
    veilAt: within(0.5),
    skin: [224 + 8 * rng.normal(), 178 + 8 * rng.normal(), 158 + 8 * rng.normal()],
  };
}

/** Points along a line that wanders. */
function vessel(from: Point, rng: Rng): Point[] {
  let angle = 2 * Math.PI * rng.uniform();
  let at = from;
  return Array.from({ length: 16 }, () => {
    angle += 0.35 * rng.normal();
    at = { u: at.u + 0.05 * Math.cos(angle), v: at.v + 0.05 * Math.sin(angle) };
    return at;
  });
}

/** One picture of the lesion, `[side, side, 3]`: each has its own light, place and hairs. */
export function photograph(lesion: Lesion, side: number, rng: Rng): Uint8Array {
  const turn = 2 * Math.PI * rng.uniform();
  const zoom = lesion.radius * (0.9 + 0.2 * rng.uniform());
  const centre = { u: 0.12 * rng.normal(), v: 0.12 * rng.normal() };
  const light = 1 + 0.05 * rng.normal();
  const warmth = 4 * rng.normal();
  const [texture, shade] = [new ValueNoise(rng), new ValueNoise(rng)];
  const hairs = Array.from({ length: Math.max(0, Math.round(0.8 + 1.2 * rng.normal())) }, () => hair(rng));
  const pixels = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = [(2 * (column + 0.5)) / side - 1, (2 * (row + 0.5)) / side - 1];
      const [dx, dy] = [(x - centre.u) / zoom, (y - centre.v) / zoom];
      const at = { u: dx * Math.cos(turn) - dy * Math.sin(turn), v: dx * Math.sin(turn) + dy * Math.cos(turn) };
      const unevenness = 10 * (texture.at(4 * x, 4 * y) - 0.5) + 14 * (shade.at(x, y) - 0.5) + 2.5 * rng.normal();
      let colour = mixed(lesion.skin, lesionColour(lesion, at), coverage(lesion, at)).map(
        (value) => value + unevenness,
      );
      if (hairs.some((line) => line(x, y) < 1.2 / side)) colour = colour.map((value) => 0.45 * value);
      const edge = 1 - 0.22 * Math.max(0, Math.hypot(x, y) - 0.7);
      const place = 3 * (row * side + column);
      pixels[place] = byte(light * edge * colour[0]! + warmth);
      pixels[place + 1] = byte(light * edge * colour[1]!);
      pixels[place + 2] = byte(light * edge * colour[2]! - warmth);
    }
  }
  return pixels;
}

/** 1 inside the lesion, 0 outside. */
function coverage({ waves, softness }: Lesion, { u, v }: Point): number {
  const angle = Math.atan2(v, u);
  const border = waves.reduce((sum, [amplitude, phase], i) => sum + amplitude * Math.cos((i + 2) * angle + phase), 1);
  return 0.92 / (1 + Math.exp((Math.hypot(u, v) - border) / (softness / 2)));
}

function lesionColour({ colour, variegation, veil, ...lesion }: Lesion, at: Point): Colour {
  const patch = Math.max(0, Math.min(1, (lesion.patches.at(2.2 * at.u, 2.2 * at.v) - 0.8 + 0.6 * variegation) * 5));
  let result = mixed(colour, [62, 40, 38], 0.85 * patch * Math.min(1, 2 * variegation));
  result = mixed(result, [112, 118, 138], veil * near(at, [lesion.veilAt], 0.35));
  result = mixed(result, [58, 42, 36], 0.8 * near(at, lesion.dotsAt, 0.06));
  return mixed(result, [186, 50, 56], 0.75 * near(at, lesion.vesselsAt, 0.035));
}

/** 1 at one of the points, falling to 0 at some `reach` from it. */
function near({ u, v }: Point, points: readonly Point[], reach: number): number {
  const closest = points.reduce((least, point) => Math.min(least, (u - point.u) ** 2 + (v - point.v) ** 2), Infinity);
  return Math.exp(-closest / (2 * reach * reach));
}

/** Distance from an arc across the picture. */
function hair(rng: Rng): (x: number, y: number) => number {
  const [angle, offset, bend] = [Math.PI * rng.uniform(), 0.6 * rng.normal(), 0.3 * rng.normal()];
  return (x, y) => {
    const [along, across] = [x * Math.cos(angle) + y * Math.sin(angle), y * Math.cos(angle) - x * Math.sin(angle)];
    return Math.abs(across - offset - bend * along * along);
  };
}

/** Smooth noise in [0, 1] with features of size 1. */
class ValueNoise {
  readonly #lattice: Float64Array;

  constructor(rng: Rng) {
    this.#lattice = Float64Array.from({ length: 64 * 64 }, () => rng.uniform());
  }

  at(x: number, y: number): number {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [s, t] = [x - left, y - top].map((part) => part * part * (3 - 2 * part)) as [number, number];
    const value = (i: number, j: number): number => this.#lattice[((top + j + 32) & 63) * 64 + ((left + i + 32) & 63)]!;
    const upper = value(0, 0) * (1 - s) + value(1, 0) * s;
    const lower = value(0, 1) * (1 - s) + value(1, 1) * s;
    return upper * (1 - t) + lower * t;
  }
}

function mixed(a: Colour, b: Colour, part: number): Colour {
  return a.map((value, i) => value + part * (b[i]! - value)) as unknown as Colour;
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
