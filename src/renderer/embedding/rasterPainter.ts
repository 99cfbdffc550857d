import { project } from "./camera";
import { atDepth, FAINT_OPACITY, LEVEL, type Looks, type PointPainter, type Scene, STRONG_SIZE } from "./painter";
import { stampOf } from "./pointShapes";

/** Beyond so many pixels a moving scene is drawn without soft edges and see-through points. */
const SOFT_PIXELS = 1_500_000;
const DEPTH_STEPS = 1024;

/** Sets pixels itself. */
export class RasterPainter implements PointPainter {
  readonly name = "raster";
  #points = new Float32Array();
  #dims: 2 | 3 = 2;
  #looks: Looks | undefined;
  #places = new Float32Array();
  #image: ImageData | undefined;

  setPoints(points: Float32Array, dims: 2 | 3): void {
    this.#points = points as Float32Array<ArrayBuffer>;
    this.#dims = dims;
    const size = points.length / dims;
    if (this.#places.length !== 3 * size) this.#places = new Float32Array(3 * size);
  }

  setLooks(looks: Looks): void {
    this.#looks = looks;
  }

  paint(target: CanvasRenderingContext2D, scene: Scene): void {
    const { width, height, background } = scene;
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    const image = this.#image;
    const [red, green, blue] = background;
    const pixels = new Uint32Array(image.data.buffer);
    pixels.fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
    project(this.#points, this.#dims, scene.matrix, scene, this.#places);
    const order = scene.depths === undefined ? undefined : farthestFirst(this.#places, scene.depths);
    for (const level of [LEVEL.faint, LEVEL.plain, LEVEL.strong]) this.#paintLevel(image, scene, level, order);
    target.putImageData(image, 0, 0);
  }

  dispose(): void {
    this.#image = undefined;
  }

  #paintLevel(image: ImageData, scene: Scene, level: number, order: Uint32Array | undefined): void {
    const looks = this.#looks;
    if (!looks?.levels.includes(level)) return;
    const { colours, shapes, levels } = looks;
    const { width, height, depths, background } = scene;
    const bytes = image.data;
    const pixels = new Uint32Array(bytes.buffer);
    const places = this.#places;
    const full = scene.diameter * (level === LEVEL.strong ? STRONG_SIZE : 1);
    const rough = scene.moving && levels.length * full * full > SOFT_PIXELS && level !== LEVEL.faint;
    const opacity = level === LEVEL.faint ? FAINT_OPACITY : 1;
    for (let k = 0; k < levels.length; k++) {
      const row = order === undefined ? k : order[k]!;
      if (levels[row] !== level) continue;
      const x = Math.floor(places[3 * row]!);
      const y = Math.floor(places[3 * row + 1]!);
      const w = places[3 * row + 2]!;
      if (!(w > 0)) continue;
      const { scale, fog } = depths === undefined ? { scale: 1, fog: 0 } : atDepth(w, depths);
      const stamp = stampOf(shapes[row]!, Math.max(1, Math.round(full * scale)));
      const { reach, dx, dy, coverage } = stamp;
      if (x < -reach || y < -reach || x >= width + reach || y >= height + reach) continue;
      const inside = x >= reach && y >= reach && x < width - reach && y < height - reach;
      const red = colours[4 * row]! * (1 - fog) + background[0] * fog;
      const green = colours[4 * row + 1]! * (1 - fog) + background[1] * fog;
      const blue = colours[4 * row + 2]! * (1 - fog) + background[2] * fog;
      const alpha = (opacity * colours[4 * row + 3]!) / 255;
      const colour = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
      for (let i = 0; i < dx.length; i++) {
        if (!inside && (x + dx[i]! < 0 || x + dx[i]! >= width || y + dy[i]! < 0 || y + dy[i]! >= height)) continue;
        const at = (y + dy[i]!) * width + x + dx[i]!;
        const share = rough ? (coverage[i]! >= 128 ? 1 : 0) : (alpha * coverage[i]!) / 256;
        if (share >= 0.995) {
          pixels[at] = colour;
        } else if (share > 0) {
          const byte = 4 * at;
          bytes[byte] = bytes[byte]! + (red - bytes[byte]!) * share;
          bytes[byte + 1] = bytes[byte + 1]! + (green - bytes[byte + 1]!) * share;
          bytes[byte + 2] = bytes[byte + 2]! + (blue - bytes[byte + 2]!) * share;
        }
      }
    }
  }
}

/** The rows sorted by their distance in so many steps (a counting sort). */
function farthestFirst(places: Float32Array, [near, far]: readonly [number, number]): Uint32Array {
  const size = places.length / 3;
  const steps = new Uint16Array(size);
  const begins = new Uint32Array(DEPTH_STEPS + 1);
  for (let row = 0; row < size; row++) {
    const depth = (far - places[3 * row + 2]!) / (far - near);
    const step = Math.max(0, Math.min(DEPTH_STEPS - 1, Math.floor(depth * DEPTH_STEPS)));
    steps[row] = step;
    begins[step + 1]!++;
  }
  for (let step = 0; step < DEPTH_STEPS; step++) begins[step + 1]! += begins[step]!;
  const order = new Uint32Array(size);
  for (let row = 0; row < size; row++) order[begins[steps[row]!]!++] = row;
  return order;
}
