/** Images, what a stack of autoencoders was given of them, and what came back from each of its layers. */
export interface ReconstructionsFigure {
  readonly kind: "reconstructions";
  readonly title: string;
  /** Of the images in the dataset, from left to right. */
  readonly indices: readonly number[];
  /** Of an image, in pixels. */
  readonly height: number;
  readonly width: number;
  /** How the images were corrupted, in words. */
  readonly noise: string;
  /** From top to bottom: the originals, the corrupted ones, then what came back from one layer, from two, … */
  readonly rows: readonly ReconstructionRow[];
  readonly live: false;
}

export interface ReconstructionRow {
  /** `"original"`, `"corrupted"`, or the layer at which the images turned back. */
  readonly name: string;
  /** How many layers they went through. */
  readonly depth: number;
  /** Of that layer; absent above. */
  readonly units?: number;
  /** Mean squared difference of a pixel in [0, 1] to the original's, one for each image; absent for the originals. */
  readonly errors?: readonly number[];
  /** `data:image/png;base64,…`, one for each image. */
  readonly images: readonly string[];
}
