import { median } from "./benchReport";

export interface Contender {
  readonly name: string;
  /** Does the work once, or often enough to be measured, and answers with the figure of one. */
  round(): Promise<number>;
}

/**
 * Medians by name. Contenders take turns, so that a change of the machine's mood meets all of them; the first round
 * warms up and does not count.
 */
export async function interleaved(contenders: readonly Contender[], rounds: number): Promise<Record<string, number>> {
  const figures = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const figure = await contender.round();
      if (round > 0) figures.get(contender.name)!.push(figure);
    }
  }
  return Object.fromEntries([...figures].map(([name, values]) => [name, median(values)]));
}
