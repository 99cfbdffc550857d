/** The table of the tutorials in the README: the headline numbers of each (`notebooks/tutorials.json`), over seeds. */
import type { Band, Bands } from "./keyNumbers";
import { tutorialName } from "./tutorials";

const begin = "<!-- tutorials -->";
const end = "<!-- /tutorials -->";

/** What of a row of `notebooks/tutorials.json` goes into the table. */
export interface TutorialRow {
  readonly file: string;
  readonly title: string;
  /** Names of key numbers. */
  readonly headline: readonly string[];
}

/**
 * `readme` with the table between its two marks made anew. Tutorials without bands are left out.
 *
 * @throws Error when `readme` has no such marks, or a headline is not among the key numbers.
 */
export function withTutorialTable(readme: string, tutorials: readonly TutorialRow[], bands: Bands): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the README has no ${begin} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n\n${tutorialTable(tutorials, bands)}\n\n${readme.slice(to)}`;
}

function tutorialTable(tutorials: readonly TutorialRow[], bands: Bands): string {
  const rows = tutorials.flatMap(({ file, title, headline }) => {
    const recorded = bands[tutorialName(file)];
    if (recorded === undefined) return [];
    return headline.map((name, i) => {
      const band = recorded.numbers[name];
      if (band === undefined) throw new Error(`${file} has no key number "${name}"`);
      return [i === 0 ? `[${title}](notebooks/${file})` : "", name, shown(band), i === 0 ? String(recorded.seeds) : ""];
    });
  });
  const lines = [["notebook", "number", "mean [95 % interval]", "seeds"], ["---", "---", "---", "---:"], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Without the interval where all seeds came to the same. */
function shown({ mean, interval: [low, high] }: Band): string {
  return low === high ? digits(mean) : `${digits(mean)} [${digits(low)}, ${digits(high)}]`;
}

function digits(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toPrecision(3);
}
