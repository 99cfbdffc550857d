/** Explanations as a figure. */
import { encode } from "fast-png";
import type { ExplainedExample, ExplanationFigure } from "../../shared/figure";
import type { Explanation } from "../explain/explain";

export function explanationFigure(
  title: string,
  explanations: readonly Explanation[],
  labelled: (index: number) => string,
): ExplanationFigure {
  const { method = "gradCam", layer } = explanations[0] ?? {};
  return {
    kind: "explanation",
    title,
    method,
    ...(layer === undefined ? {} : { layer }),
    examples: explanations.map((explanation) => explained(explanation, labelled(explanation.index))),
    live: false,
  };
}

function explained({ index, image, heat, name, probability }: Explanation, labelled: string): ExplainedExample {
  const { height, width, channels } = image;
  const hottest = heat.data.indexOf(1);
  return {
    ...{ index, height, width },
    image: pngUrl(inPictureSize(image.data, height, width, channels)),
    heat: pngUrl(coloured(inPictureSize(heat.data, height, width, 1))),
    ...(hottest < 0 ? {} : { warmest: [Math.floor(hottest / width), hottest % width] }),
    ...{ name, probability: Number(probability.toFixed(4)), labelled },
  };
}

interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** Longer side of a picture: sharp on fine screens, and small enough to stand in a notebook. */
const SIDE = 168;

/** Small images with their pixels as squares, large ones with the mean of those that become one. */
function inPictureSize(values: ArrayLike<number>, height: number, width: number, channels: number): Pixels {
  const scale = SIDE / Math.max(height, width);
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

/** From a clear red to an almost opaque yellow: seen on dark and on light images. */
function coloured({ height, width, data }: Pixels): Pixels {
  const pixels = Float32Array.from({ length: 4 * data.length }, (_, i) => {
    const value = data[i >> 2]!;
    return [205 + 50 * value, 30 + 200 * value, 40, 215 * Math.sqrt(value)][i % 4]!;
  });
  return { height, width, channels: 4, data: pixels };
}

function pngUrl({ height, width, channels, data }: Pixels): string {
  const bytes = encode({ height, width, channels, depth: 8, data: Uint8Array.from(data, Math.round) });
  return `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
}
