import type { Outline } from "./enclosed";

export interface MarkColours {
  readonly text: string;
  readonly halo: string;
  readonly accent: string;
  readonly fontFamily: string;
}

export interface ClassName {
  readonly name: string;
  /** In units of the map. */
  readonly at: Float32Array;
}

/** A ring around a point. */
export interface Mark {
  readonly row: number;
  readonly kind: "hovered" | "pinned";
}

type Placed<T> = Omit<T, "at"> & { readonly at: readonly [number, number] };

/** What lies over the points: names of classes, rings, the outline that is being drawn. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  colours: MarkColours,
  names: readonly Placed<ClassName>[],
  marks: readonly Placed<Mark>[],
  outline: Outline,
): void {
  context.font = `600 13px ${colours.fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const { name, at } of names) {
    context.strokeStyle = colours.halo;
    context.lineWidth = 4;
    context.strokeText(name, ...at);
    context.fillStyle = colours.text;
    context.fillText(name, ...at);
  }
  for (const { at, kind } of marks) {
    for (const [colour, width] of [
      [colours.halo, 5],
      [colours.text, 2],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.arc(...at, kind === "pinned" ? 9 : 7, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  if (outline.length > 1) {
    context.beginPath();
    outline.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.closePath();
    context.globalAlpha = 0.12;
    context.fillStyle = colours.accent;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colours.accent;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.stroke();
    context.setLineDash([]);
  }
}
