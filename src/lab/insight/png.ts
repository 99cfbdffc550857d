/** Images as PNG, in the size in which figures show them. */
import { encode } from "fast-png";

export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/**
 * An image `[height, width, channels]` with `side` pixels on its longer side: small ones with their pixels as squares, large ones with the mean of
 * those that become one.
 */
export function inPictureSize(
  values: ArrayLike<number>,
  { height, width, channels }: Omit<Pixels, "data">,
  side: number,
): Pixels {
  const scale = side / Math.max(height, width);
  const [toHeight, toWidth] = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
  const data = new Float32Array(toHeight * toWidth * channels);
  for (let y = 0; y < toHeight; y++) {
    const [top, bottom] = covered(y, toHeight, height);
    for (let x = 0; x < toWidth; x++) {
      const [left, right] = covered(x, toWidth, width);
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) sum += values[(row * width + column) * channels + channel]!;
        }
        data[(y * toWidth + x) * channels + channel] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return { height: toHeight, width: toWidth, channels, data };
}

function covered(place: number, places: number, size: number): readonly [from: number, to: number] {
  const from = Math.floor((place * size) / places);
  return [from, Math.max(from + 1, Math.floor(((place + 1) * size) / places))];
}

/** As a data URL. */
export function pngUrl({ height, width, channels, data }: Pixels): string {
  const bytes = encode({ height, width, channels, depth: 8, data: Uint8Array.from(data, Math.round) });
  return `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
}
