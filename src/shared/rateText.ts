/** A learning rate: `"3.2e-4"`. */
export function rateText(rate: number): string {
  return rate.toExponential(1);
}
