/** How images of one size become images of another: what of the original lands where. */
import { GraftError } from "../../shared/graftError";

export const fitModes = ["squash", "centerCrop", "letterbox"] as const;
export const interpolations = ["bilinear", "bicubic", "nearest"] as const;

/** How an image of another size or shape comes to the size that is asked for. */
export interface ImageFit {
  /**
   * Default `"squash"`, which changes the proportions. `"centerCrop"` keeps them and cuts off what is over, `"letterbox"` keeps them and
   * fills what is missing.
   */
  readonly mode?: (typeof fitModes)[number];
  /** Default `"bilinear"`. It and `"bicubic"` count every pixel where the image shrinks, as Pillow's of the same names do. */
  readonly interpolation?: (typeof interpolations)[number];
  /** Of `"centerCrop"`: to how many pixels the shorter side is brought before the crop. Default: as few as cover the crop. */
  readonly shorterSide?: number;
  /** Of `"letterbox"`: the byte around the image. Default 0, black. */
  readonly fill?: number;
}

/** Along one axis: `extent` pixels of the original from `from` on become `size` pixels from `at` on. */
export interface AxisFit {
  readonly from: number;
  readonly extent: number;
  readonly size: number;
  readonly at: number;
}

type Size = readonly [height: number, width: number];

export function axisFits({ mode, shorterSide }: ImageFit, before: Size, after: Size): readonly [AxisFit, AxisFit] {
  const ratios = before.map((side, axis) => after[axis]! / side);
  const fit = (axis: 0 | 1): AxisFit => {
    const [from, to] = [before[axis], after[axis]];
    if (mode === "centerCrop") {
      const ratio = shorterSide === undefined ? Math.max(...ratios) : shorterSide / Math.min(...before);
      const extent = to / ratio;
      return { from: (from - extent) / 2, extent, size: to, at: 0 };
    }
    const size = mode === "letterbox" ? Math.max(1, Math.round(from * Math.min(...ratios))) : to;
    return { from: 0, extent: from, size, at: Math.floor((to - size) / 2) };
  };
  return [fit(0), fit(1)];
}

/** @throws GraftError `data/image-fit`, `data/image-crop` for a crop larger than the image is made. */
export function requireImageFit(fit: ImageFit, after: Size): void {
  const { mode = "squash", interpolation = "bilinear", shorterSide, fill = 0 } = fit;
  if (!fitModes.includes(mode)) throw unfit(`a mode of ${fitModes.join(", ")}`, `"${mode}"`);
  if (!interpolations.includes(interpolation)) {
    throw unfit(`an interpolation of ${interpolations.join(", ")}`, `"${interpolation}"`);
  }
  if (!Number.isInteger(fill) || fill < 0 || fill > 255) throw unfit("a fill from 0 to 255", String(fill));
  if (shorterSide === undefined) return;
  if (mode !== "centerCrop") throw unfit(`shorterSide with the mode "centerCrop" alone`, `"${mode}"`);
  const crop = Math.max(...after);
  if (Number.isInteger(shorterSide) && shorterSide >= crop) return;
  throw new GraftError({
    code: "data/image-crop",
    expected: `a shorter side of at least ${crop} pixels, the size of the crop`,
    found: String(shorterSide),
    remedy: "Make shorterSide larger, or leave it out",
  });
}

function unfit(expected: string, found: string): GraftError {
  return new GraftError({ code: "data/image-fit", expected, found, remedy: "Correct it" });
}
