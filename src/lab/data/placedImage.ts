/** Where an image lies in its frame. */
export interface Placement {
  /** Clockwise, about the centre. */
  readonly degrees: number;
  /** Parts of the height and of the width. */
  readonly down: number;
  readonly right: number;
  /** 2: twice as large, about the centre. */
  readonly scale: number;
  readonly mirrored: boolean;
  readonly upsideDown: boolean;
}

/** `shape`: `[height, width, channels]`, before and after. Bilinear; what lies outside the image is as the edge next to it. */
export function placedImage(image: Uint8Array, shape: readonly number[], placement: Placement): Float32Array {
  const [height, width, channels] = shape as [number, number, number];
  const { degrees, down, right, scale } = placement;
  const placed = new Float32Array(image.length);
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const [flipX, flipY] = [placement.mirrored ? -1 : 1, placement.upsideDown ? -1 : 1];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = column - middleX - right * width;
      const y = row - middleY - down * height;
      const fromX = within(middleX + flipX * (cos * x + sin * y), width - 1);
      const fromY = within(middleY + flipY * (cos * y - sin * x), height - 1);
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [partX, partY] = [fromX - left, fromY - top];
      const nextX = left + 1 < width ? channels : 0;
      const nextY = top + 1 < height ? width * channels : 0;
      const from = (top * width + left) * channels;
      const into = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) {
        const above = image[from + c]! * (1 - partX) + image[from + nextX + c]! * partX;
        const below = image[from + nextY + c]! * (1 - partX) + image[from + nextY + nextX + c]! * partX;
        placed[into + c] = above * (1 - partY) + below * partY;
      }
    }
  }
  return placed;
}

function within(place: number, last: number): number {
  return Math.max(0, Math.min(last, place));
}
