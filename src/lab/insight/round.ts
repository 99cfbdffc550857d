/** Rounds to `digits` significant digits: figures stay small in a notebook and readable in its diff. */
export function significant(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
