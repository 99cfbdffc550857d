import { l10n } from "vscode";
import { type Dialogue, pick } from "../dialogue";

/** A row of `notebooks/tutorials.json`. */
export interface Tutorial {
  /** Name of the file beside the table: `"01-first-transfer.ipynb"`. */
  readonly file: string;
  /** As the notebook's heading says it. */
  readonly title: string;
  /** In one line. */
  readonly topic: string;
  /** To read and run it, without the exercises. */
  readonly minutes: number;
}

/** `tutorials` has at least one. */
export function* chooseTutorial(tutorials: readonly Tutorial[]): Dialogue<Tutorial> {
  return yield* pick({
    title: l10n.t("Open which tutorial?"),
    placeholder: l10n.t("A copy is opened, for you to change"),
    choices: tutorials.map((tutorial) => ({
      label: tutorial.title,
      description: l10n.t("{0} minutes", tutorial.minutes),
      detail: tutorial.topic,
      value: tutorial,
    })),
  });
}
