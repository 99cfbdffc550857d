import type { ExplainedExample } from "./figure";

/** `"seven 98 %, labelled one"`; a label that is the explained class is not said again. */
export function explainedWords({ name, probability, labelled }: ExplainedExample): string {
  const label = labelled === name ? "" : `, labelled ${labelled}`;
  return `${name} ${Math.round(100 * probability)} %${label}`;
}
