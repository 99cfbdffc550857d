import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { decodeImage, imageInForm } from "./decodeImage";

/** Two pixels side by side, the left one red, the right one blue. */
const redBlue = Uint8Array.of(255, 0, 0, 0, 0, 255);
const pair = () => sharp(redBlue, { raw: { width: 2, height: 1, channels: 3 } });

async function decoded(image: Sharp): Promise<{ readonly size: number[]; readonly pixels: number[] }> {
  const { height, width, channels, data } = await decodeImage(sharp, await image.toBuffer());
  return { size: [height, width, channels], pixels: [...data] };
}

test("EXIF: an image that the camera says to turn is turned", async () => {
  // 6: the right side of what is stored is the bottom of the picture.
  const turned = await decoded(pair().withMetadata({ orientation: 6 }).png());
  expect(turned).toEqual({ size: [2, 1, 3], pixels: [255, 0, 0, 0, 0, 255] });
  const upsideDown = await decoded(pair().withMetadata({ orientation: 3 }).png());
  expect(upsideDown).toEqual({ size: [1, 2, 3], pixels: [0, 0, 255, 255, 0, 0] });
});

test("what is transparent lies on white", async () => {
  const half = sharp(Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 128), { raw: { width: 2, height: 1, channels: 4 } });
  const { pixels } = await decoded(half.png());
  expect(pixels.slice(0, 3)).toEqual([255, 255, 255]);
  for (const value of pixels.slice(3)) expect(Math.abs(value - 127)).toBeLessThanOrEqual(1);
});

test("16 bit become 8", async () => {
  const values = Uint16Array.of(0, 0x1234, 0x8000, 0xffff, 0x00ff, 0xff00);
  const png = sharp(values, { raw: { width: 2, height: 1, channels: 3 } })
    .toColourspace("rgb16")
    .png();
  expect((await sharp(await png.toBuffer()).metadata()).depth).toBe("ushort");
  expect((await decoded(png)).pixels).toEqual([0, 0x12, 0x80, 0xff, 0, 0xff]);
});

test("gray, also of 16 bit and with transparency, keeps its values", async () => {
  const gray = sharp(Uint8Array.of(0, 100, 200), { raw: { width: 3, height: 1, channels: 1 } });
  const form = { height: 1, width: 3, channels: 1, fit: {} } as const;
  const read = async (image: Sharp) => [...imageInForm(await decodeImage(sharp, await image.toBuffer()), form)];
  expect(await read(gray.clone().toColourspace("b-w").png())).toEqual([0, 100, 200]);
  expect(await read(gray.clone().toColourspace("b-w").ensureAlpha().png())).toEqual([0, 100, 200]);
  const deep = sharp(Uint16Array.of(0, 0x6400, 0xc800), { raw: { width: 3, height: 1, channels: 1 } });
  expect(await read(deep.toColourspace("grey16").png())).toEqual([0, 100, 200]);
});

test("CMYK becomes about the colours that it was made from", async () => {
  const solid = sharp({ create: { width: 16, height: 16, channels: 3, background: { r: 120, g: 140, b: 130 } } });
  const jpeg = solid.toColourspace("cmyk").jpeg({ quality: 95 });
  expect((await sharp(await jpeg.toBuffer()).metadata()).space).toBe("cmyk");
  const { size, pixels } = await decoded(jpeg);
  expect(size).toEqual([16, 16, 3]);
  [120, 140, 130].forEach((value, channel) => expect(Math.abs(pixels[channel]! - value)).toBeLessThan(12));
});

test("of a moving picture the first frame", async () => {
  const frames = await Promise.all(
    ["red", "blue"].map((background) =>
      sharp({ create: { width: 4, height: 4, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const { size, pixels } = await decoded(sharp(frames, { join: { animated: true } }).gif());
  expect([size, pixels.slice(0, 3)]).toEqual([
    [4, 4, 3],
    [255, 0, 0],
  ]);
});

test("a picture with more pixels than fit is refused before it is decoded", async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9000" height="9000"/>');
  await expect(decodeImage(sharp, svg)).rejects.toThrow("pixel limit");
});
