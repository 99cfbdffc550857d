/** A figure as a file: a picture, its numbers, or a page that shows both and needs nothing else. */
import type { Figure } from "../../shared/figure";
import { figureCsv } from "../../shared/figureCsv";
import { figurePage } from "./figurePage";
import { rasterised } from "./rasterised";

export const fileKinds = ["png", "svg", "csv", "html"] as const;
export type FileKind = (typeof fileKinds)[number];

/** What has been drawn, with its title and caption, as an SVG document. */
export type DrawSvg = (figure: Figure) => Promise<string>;

export async function figureFile(figure: Figure, kind: FileKind, drawSvg: DrawSvg): Promise<Blob> {
  switch (kind) {
    case "png":
      return rasterised(await drawSvg(figure));
    case "svg":
      return new Blob([await drawSvg(figure)], { type: "image/svg+xml" });
    case "csv":
      return new Blob([figureCsv(figure)], { type: "text/csv" });
    case "html":
      return new Blob([figurePage(figure, await drawSvg(figure))], { type: "text/html" });
  }
}

/** `"Fine-tuning on 50 digits"` as `fine-tuning-on-50-digits.png`. */
export function fileName(figure: Figure, kind: FileKind): string {
  const words = figure.title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return `${words.slice(0, 60) || figure.kind}.${kind}`;
}
