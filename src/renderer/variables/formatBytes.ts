const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** `"24 B"`, `"1.5 kB"`, `"320 MB"`: decimal units, three digits at most. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${Number(size.toPrecision(3))} ${units[unit]}`;
}
