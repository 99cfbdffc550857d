/** Explanations as a figure. */
import type { ExplainedExample, ExplanationFigure } from "../../shared/figure";
import type { Explanation } from "../explain/explain";
import { inPictureSize, type Pixels, pngUrl } from "./png";

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
    image: pngUrl(inPictureSize(image.data, { height, width, channels }, SIDE)),
    heat: pngUrl(coloured(inPictureSize(heat.data, { height, width, channels: 1 }, SIDE))),
    ...(hottest < 0 ? {} : { warmest: [Math.floor(hottest / width), hottest % width] }),
    ...{ name, probability: Number(probability.toFixed(4)), labelled },
  };
}

/** Longer side of a picture: sharp on fine screens, and small enough to stand in a notebook. */
const SIDE = 168;

/** From a clear red to an almost opaque yellow: seen on dark and on light images. */
function coloured({ height, width, data }: Pixels): Pixels {
  const pixels = Float32Array.from({ length: 4 * data.length }, (_, i) => {
    const value = data[i >> 2]!;
    return [205 + 50 * value, 30 + 200 * value, 40, 215 * Math.sqrt(value)][i % 4]!;
  });
  return { height, width, channels: 4, data: pixels };
}
