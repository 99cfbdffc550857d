const BARS = "▁▂▃▄▅▆▇█";

/** Values as a row of at most `width` block characters, lowest to highest; a gap where a value is not finite. */
export function sparkline(values: readonly number[], width: number): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return "";
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  const columns = Math.min(width, values.length);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    const stretch = values.slice(from, to).filter(Number.isFinite);
    if (stretch.length === 0) return " ";
    const mean = stretch.reduce((sum, value) => sum + value, 0) / stretch.length;
    return BARS[span === 0 ? 0 : Math.min(7, Math.floor(((mean - low) / span) * 8))];
  }).join("");
}
