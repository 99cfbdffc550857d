/** Numbers over a number, as lines: what a sweep found. */
export interface LinesFigure {
  readonly kind: "lines";
  readonly title: string;
  /** What the axes are: `"layers copied"`, `"test accuracy"`. */
  readonly x: string;
  readonly y: string;
  readonly logX: boolean;
  readonly lines: readonly Line[];
  readonly live: false;
}

export interface Line {
  readonly name: string;
  /** By growing `x`. */
  readonly points: readonly LinePoint[];
}

export interface LinePoint {
  readonly x: number;
  /** A number, or the mean of several trials with its 95 % interval (Student's t). */
  readonly y: number;
  readonly interval?: readonly [number, number];
  /** How many trials; absent for one. */
  readonly trials?: number;
}
