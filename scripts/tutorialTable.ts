/** The table of the tutorials in the README: the headline number of each, over seeds. */
import type { Band, Bands } from "./keyNumbers";

const begin = "<!-- tutorials -->";
const end = "<!-- /tutorials -->";

/** `readme` with the table between its two marks made anew. The headline of a tutorial is the first of its key numbers. */
export function withTutorialTable(readme: string, bands: Bands): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the README has no ${begin} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n\n${tutorialTable(bands)}\n\n${readme.slice(to)}`;
}

function tutorialTable(bands: Bands): string {
  const rows = Object.entries(bands).map(([name, { seeds, numbers }]) => {
    const [headline, band] = Object.entries(numbers)[0]!;
    return [`[${name}](notebooks/${name}.ipynb)`, headline, shown(band), String(seeds)];
  });
  const lines = [
    ["tutorial", "headline number", "mean [95 % interval]", "seeds"],
    ["---", "---", "---:", "---:"],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function shown({ mean, interval: [low, high] }: Band): string {
  return `${digits(mean)} [${digits(low)}, ${digits(high)}]`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
