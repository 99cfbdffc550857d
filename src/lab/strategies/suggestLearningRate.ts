/** Learning rates read off the losses of a sweep, as fastai's `lr_find` does (fastai/callback/schedule.py: `valley`, `steep`). */

/** In the middle third of the longest stretch over which the loss falls, near its beginning, so well before it is at its lowest; undefined where it never falls. */
export function valleyRate(rates: readonly number[], losses: readonly number[]): number | undefined {
  // Length of the longest run of ever lower losses, with gaps, that ends at each step.
  const lengths = losses.map(() => 1);
  let end = 0;
  losses.forEach((loss, i) => {
    for (let j = 0; j < i; j++) if (loss < losses[j]!) lengths[i] = Math.max(lengths[i]!, lengths[j]! + 1);
    if (lengths[i]! > lengths[end]!) end = i;
  });
  if (lengths.length === 0 || lengths[end] === 1) return undefined;
  const start = end - lengths[end]!;
  const third = (end - start) / 3;
  return rates[Math.max(0, start + Math.trunc(third) + Math.trunc(third / 2))];
}

/** Where the loss falls most for a relative change of the rate; undefined where it never falls. */
export function steepestRate(rates: readonly number[], losses: readonly number[]): number | undefined {
  let steepest: number | undefined;
  let least = 0;
  for (let i = 0; i + 1 < losses.length; i++) {
    const slope = (losses[i + 1]! - losses[i]!) / Math.log(rates[i + 1]! / rates[i]!);
    if (slope < least) [steepest, least] = [rates[i], slope];
  }
  return steepest;
}
