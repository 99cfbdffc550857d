/** A colour with transparency, in a form that Plotly's own parser reads: it knows no `color-mix`. */
export function blend(colour: string, alpha: number): string {
  const { r, g, b } = channels(colour);
  return `rgba(${r},${g},${b},${alpha})`;
}

/** `share` of one opaque colour over another, as `#rrggbb`. */
export function mix(colour: string, share: number, under: string): string {
  const over = channels(colour);
  const below = channels(under);
  const part = (a: number, b: number) =>
    Math.round(share * a + (1 - share) * b)
      .toString(16)
      .padStart(2, "0");
  return `#${part(over.r, below.r)}${part(over.g, below.g)}${part(over.b, below.b)}`;
}

/** Reads `#rgb`, `#rrggbb`, `#rrggbbaa` and `rgb(…)`, which is what VS Code writes. Anything else counts as mid-grey. */
export function channels(colour: string): { readonly r: number; readonly g: number; readonly b: number } {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour);
  const decimal = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/i.exec(colour);
  if (short !== null) return rgb(short.slice(1).map((digit) => parseInt(digit + digit, 16)));
  if (long !== null) return rgb(long.slice(1).map((pair) => parseInt(pair, 16)));
  if (decimal !== null) return rgb(decimal.slice(1).map(Number));
  return { r: 128, g: 128, b: 128 };
}

function rgb([r = 0, g = 0, b = 0]: readonly number[]): { readonly r: number; readonly g: number; readonly b: number } {
  return { r, g, b };
}
