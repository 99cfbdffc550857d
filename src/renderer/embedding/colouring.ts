/** By what a map's points are coloured. */
import { channels } from "../../shared/blend";
import { framePredictions, pointLabels } from "../../shared/embeddingPoints";
import { classColour, type FigureTheme } from "../../shared/figureTheme";
import type { EmbeddingFigure, EmbeddingFrame } from "../../shared/figures/embeddingFigure";
import { unpack } from "../../shared/packed";
import { SHAPES } from "./painter";

const COLOURINGS = ["label", "prediction", "correctness", "split", "loss", "confidence"] as const;
export type ColourBy = (typeof COLOURINGS)[number];

export interface Group {
  readonly name: string;
  readonly colour: string;
  /** Into `SHAPES`. */
  readonly shape: number;
  readonly count: number;
}

export type Colouring =
  | { readonly kind: "groups"; readonly groups: readonly Group[]; readonly of: Uint8Array | Uint16Array }
  | {
      readonly kind: "scale";
      readonly values: Float32Array;
      readonly low: number;
      readonly high: number;
      /** From the lowest value to the highest. */
      readonly colours: readonly string[];
    };

// Viridis (Smith & van der Walt) without the end that would vanish on the background; high values stand out from it most.
const scaleOnDark = ["#3b528b", "#21918c", "#5ec962", "#fde725"];
const scaleOnLight = ["#8fd744", "#35b779", "#21918c", "#31688e", "#440154"];

/** Those that the figure has the numbers for. */
export function colouringsOf(figure: EmbeddingFigure): ColourBy[] {
  const predicted = figure.frames.some(({ predictions }) => predictions !== undefined);
  const has: Readonly<Record<ColourBy, boolean>> = {
    label: true,
    prediction: predicted,
    correctness: predicted,
    split: figure.splits !== undefined,
    loss: predicted,
    confidence: predicted,
  };
  return COLOURINGS.filter((by) => has[by]);
}

export function colouringOf(
  figure: EmbeddingFigure,
  frame: EmbeddingFrame,
  by: ColourBy,
  theme: FigureTheme,
  dark: boolean,
): Colouring {
  const predictions = framePredictions(frame);
  const labels = pointLabels(figure);
  if (by === "split" && figure.splits !== undefined) {
    return grouped(figure.splits.names, unpack(figure.splits.of, Uint8Array), theme);
  }
  if (predictions === undefined || by === "label" || by === "split") return grouped(figure.classes, labels, theme);
  switch (by) {
    case "prediction":
      return grouped(figure.classes, predictions.classes, theme);
    case "correctness": {
      const wrong = Uint8Array.from(labels, (label, i) => (label === predictions.classes[i] ? 0 : 1));
      const { groups, of } = grouped(["right", "wrong"], wrong, theme);
      const colours = [theme.train, theme.validation];
      return { kind: "groups", of, groups: groups.map((group, i) => ({ ...group, colour: colours[i]!, shape: i })) };
    }
    case "loss":
      return scaled(predictions.loss, dark);
    case "confidence":
      return scaled(predictions.confidence, dark);
  }
}

function grouped(names: readonly string[], of: Uint8Array | Uint16Array, theme: FigureTheme) {
  const counts = new Uint32Array(names.length);
  for (const group of of) counts[group]!++;
  const groups = names.map((name, i) => ({
    name,
    colour: classColour(theme, i),
    shape: Math.floor(i / theme.classes.length) % SHAPES.length,
    count: counts[i]!,
  }));
  return { kind: "groups", groups, of } as const;
}

/** Up to the 99th percentile: one bad example would make all others look alike. */
function scaled(values: Float32Array, dark: boolean): Colouring {
  const sorted = values.slice().sort();
  const low = sorted[0] ?? 0;
  const high = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 1;
  return { kind: "scale", values, low, high: high > low ? high : low + 1, colours: dark ? scaleOnDark : scaleOnLight };
}

/** Red, green, blue in bytes of each point. */
export function coloursOf(colouring: Colouring, opacity: number): { colours: Uint8Array; shapes: Uint8Array } {
  const size = colouring.kind === "groups" ? colouring.of.length : colouring.values.length;
  const colours = new Uint8Array(4 * size);
  const shapes = new Uint8Array(size);
  const stops = (colouring.kind === "groups" ? colouring.groups.map(({ colour }) => colour) : colouring.colours).map(
    bytesOf,
  );
  for (let i = 0; i < size; i++) {
    if (colouring.kind === "groups") {
      const group = colouring.of[i]!;
      colours.set(stops[group] ?? [128, 128, 128], 4 * i);
      shapes[i] = colouring.groups[group]?.shape ?? 0;
    } else {
      const { values, low, high } = colouring;
      const at = Math.max(0, Math.min(1, (values[i]! - low) / (high - low))) * (stops.length - 1);
      const from = Math.min(stops.length - 2, Math.floor(at));
      for (let c = 0; c < 3; c++) {
        colours[4 * i + c] = stops[from]![c]! + (at - from) * (stops[from + 1]![c]! - stops[from]![c]!);
      }
    }
    colours[4 * i + 3] = opacity;
  }
  return { colours, shapes };
}

export function bytesOf(colour: string): readonly [number, number, number] {
  const { r, g, b } = channels(colour);
  return [r, g, b];
}
