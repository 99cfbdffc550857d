import { m4 } from "twgl.js";

/** Of the stage, in CSS pixels. */
export interface StageSize {
  readonly width: number;
  readonly height: number;
}

const PADDING_PX = 20;
const FIELD_OF_VIEW = (32 * Math.PI) / 180;
const ZOOM_LIMITS = [0.2, 400] as const;
const START = { x: 0, y: 0, zoom: 1, yaw: 0.5, pitch: 0.35 } as const;

/** Where one looks at a map from: moved and enlarged in two dimensions, turned around its middle in three. */
export class Camera {
  readonly dims: 2 | 3;
  #middle: readonly [number, number, number] = [0, 0, 0];
  #span: readonly [number, number] = [1, 1];
  #radius = 1;
  /** `x` and `y` are how far one has moved from the middle, in units of the map. */
  #view: { -readonly [Name in keyof typeof START]: number } = { ...START };

  constructor(dims: 2 | 3) {
    this.dims = dims;
  }

  get zoom(): number {
    return this.#view.zoom;
  }

  /** The whole of these points, `[n, dims]`, is what one sees after `reset`. */
  frame(points: Float32Array): void {
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (let i = 0; i < points.length; i++) {
      const d = i % this.dims;
      low[d] = Math.min(low[d]!, points[i]!);
      high[d] = Math.max(high[d]!, points[i]!);
    }
    const of = <T>(make: (low: number, high: number) => T, none: T) =>
      [0, 1, 2].map((d) => (low[d]! <= high[d]! ? make(low[d]!, high[d]!) : none)) as [T, T, T];
    const [width, height, depth] = of((from, to) => to - from, 0);
    this.#middle = of((from, to) => (from + to) / 2, 0);
    this.#span = [width || 1, height || 1];
    this.#radius = Math.hypot(width, height, depth) / 2 || 1;
  }

  reset(): void {
    this.#view = { ...START };
  }

  /** Moves what is seen by so many pixels. */
  pan(dx: number, dy: number, stage: StageSize): void {
    const pixels = this.#pixelsPerUnit(stage);
    this.#view.x -= dx / pixels;
    this.#view.y += dy / pixels;
  }

  /** Turns a map of three dimensions as if its front followed the pointer. */
  orbit(dx: number, dy: number): void {
    this.#view.yaw += dx * 0.008;
    this.#view.pitch = Math.max(-1.5, Math.min(1.5, this.#view.pitch + dy * 0.008));
  }

  /** What lies at the pixel `at` stays there. */
  enlarge(factor: number, at: readonly [x: number, y: number], stage: StageSize): void {
    const [dx, dy] = [at[0] - stage.width / 2, at[1] - stage.height / 2];
    this.pan(-dx, -dy, stage);
    this.#view.zoom = Math.max(ZOOM_LIMITS[0], Math.min(ZOOM_LIMITS[1], this.#view.zoom * factor));
    this.pan(dx, dy, stage);
  }

  /** From the map to clip space, column by column as WebGL takes it. */
  matrix(stage: StageSize): Float32Array {
    const [mx, my, mz] = this.#middle;
    const { x, y, yaw, pitch } = this.#view;
    if (this.dims === 2) {
      const pixels = this.#pixelsPerUnit(stage);
      const [sx, sy] = [(2 * pixels) / stage.width, (2 * pixels) / stage.height];
      return Float32Array.of(sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, 1, 0, -(mx + x) * sx, -(my + y) * sy, 0, 1);
    }
    const distance = this.#distance();
    const projection = m4.perspective(
      FIELD_OF_VIEW,
      stage.width / stage.height,
      Math.max(distance - 2 * this.#radius, distance / 100),
      distance + 2 * this.#radius,
    );
    let matrix = m4.translate(projection, [-x, -y, -distance]);
    matrix = m4.rotateY(m4.rotateX(matrix, pitch), yaw);
    return m4.translate(matrix, [-mx, -my, -mz]) as Float32Array;
  }

  /** Nearest and farthest distance of the map from the eye: what `w` of clip space is between. Undefined in two dimensions. */
  get depths(): readonly [near: number, far: number] | undefined {
    if (this.dims === 2) return undefined;
    const distance = this.#distance();
    return [distance - this.#radius, distance + this.#radius];
  }

  #distance(): number {
    return (0.86 * this.#radius) / Math.tan(FIELD_OF_VIEW / 2) / this.#view.zoom;
  }

  #pixelsPerUnit({ width, height }: StageSize): number {
    if (this.dims === 3) return height / (2 * Math.tan(FIELD_OF_VIEW / 2) * this.#distance());
    const [across, up] = this.#span;
    return this.#view.zoom * Math.min((width - 2 * PADDING_PX) / across, (height - 2 * PADDING_PX) / up);
  }
}

/**
 * Where points, `[n, dims]`, are on the stage: `[x, y, w]` of each in pixels, `w` the distance from the eye (1 in two dimensions). What lies
 * behind the eye has `w` 0 or less.
 */
export function project(
  points: Float32Array,
  dims: 2 | 3,
  matrix: Float32Array,
  { width, height }: StageSize,
  to: Float32Array,
): void {
  const [a, b, , d, e, f, , h, i, j, , l, m, n, , p] = matrix as unknown as number[] as [
    ...[number, number, number, number, number, number, number, number],
    ...[number, number, number, number, number, number, number, number],
  ];
  const [halfWidth, halfHeight] = [width / 2, height / 2];
  const size = points.length / dims;
  for (let row = 0; row < size; row++) {
    const x = points[row * dims]!;
    const y = points[row * dims + 1]!;
    const z = dims === 3 ? points[row * 3 + 2]! : 0;
    const w = d * x + h * y + l * z + p;
    to[3 * row] = halfWidth + (halfWidth * (a * x + e * y + i * z + m)) / w;
    to[3 * row + 1] = halfHeight - (halfHeight * (b * x + f * y + j * z + n)) / w;
    to[3 * row + 2] = w;
  }
}
