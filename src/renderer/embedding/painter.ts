/**
 * What draws a map's points. There are two, which draw the same picture: `WebGlPainter` on a graphics card, and `RasterPainter` where WebGL is
 * missing or computed by the processor, which takes several times as long as setting the pixels.
 */

/** How much a point stands out. */
export const LEVEL = { hidden: 0, faint: 1, plain: 2, strong: 3 } as const;
export const FAINT_OPACITY = 0.16;
export const STRONG_SIZE = 1.3;

/** Once the colours are used up, the next round of classes gets another one. */
export const SHAPES = ["circle", "diamond", "square", "triangle", "cross", "star"] as const;

/** Of each point. */
export interface Looks {
  /** Red, green, blue, opacity: bytes in this order. */
  readonly colours: Uint8Array;
  /** Into `SHAPES`. */
  readonly shapes: Uint8Array;
  /** A `LEVEL`. */
  readonly levels: Uint8Array;
}

/** The stage in device pixels, and how points lie on it. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly matrix: Float32Array;
  /** Diameter of a point; in three dimensions of one in the middle. */
  readonly diameter: number;
  /** See `Camera.depths`. */
  readonly depths: readonly [near: number, far: number] | undefined;
  /** Red, green, blue, in bytes. */
  readonly background: readonly [number, number, number];
  /** The next scene comes at once: this one may be rough. */
  readonly moving: boolean;
}

export interface PointPainter {
  readonly name: "webgl" | "raster";
  setPoints(points: Float32Array, dims: 2 | 3): void;
  setLooks(looks: Looks): void;
  /** Fills the whole canvas. */
  paint(target: CanvasRenderingContext2D, scene: Scene): void;
  dispose(): void;
}

/** Diameter at a distance from the eye, and how much of the background is mixed in there. */
export function atDepth(
  w: number,
  [near, far]: readonly [number, number],
): { readonly scale: number; readonly fog: number } {
  const scale = Math.max(0.4, Math.min(3, (near + far) / 2 / w));
  return { scale, fog: 0.6 * Math.max(0, Math.min(1, (w - near) / (far - near))) };
}
