/** Which mails belong together, so that a split does not put a question on one side and its answer, which quotes it, on the other. */
import type { Mail } from "./spamAssassinMail";

/**
 * For each mail the number of the first one that it is connected with: by references (RFC 5322, 3.6.4), by a subject of two words or more that
 * is the same, or as one of the `pairs` that are nearly the same.
 */
export function mailThreads(
  mails: readonly Pick<Mail, "topic" | "references">[],
  pairs: Iterable<{ readonly a: number; readonly b: number }> = [],
): number[] {
  const parents = mails.map((_, i) => i);
  const rootOf = (i: number): number => {
    // Each step halves the way for those who come later.
    while (parents[i] !== i) i = parents[i] = parents[parents[i]!]!;
    return i;
  };
  const join = (a: number, b: number): void => {
    const [first, second] = [rootOf(a), rootOf(b)].sort((x, y) => x - y) as [number, number];
    parents[second] = first;
  };
  const seen = new Map<string, number>();
  mails.forEach(({ topic, references }, i) => {
    for (const key of tells(topic) ? [...references, topic] : references) {
      join(seen.get(key) ?? i, i);
      seen.set(key, i);
    }
  });
  for (const { a, b } of pairs) join(a, b);
  return mails.map((_, i) => rootOf(i));
}

/** One word, or what stands for no subject, many have chosen. */
function tells(topic: string): boolean {
  return topic.includes(" ") && topic !== "(no subject)";
}
