/** Plays a dialogue without a person: each question gets its default, or what the test says. */
import type { Dialogue, Question } from "../dialogue";

export interface Played<T> {
  readonly questions: readonly Question[];
  readonly result: T;
}

/** `answers`: of questions whose title or message contains the key; for a choice its label, for several their labels with commas between, else the answer itself. */
export function play<T>(dialogue: Dialogue<T>, answers: Readonly<Record<string, string>> = {}): Played<T> {
  const questions: Question[] = [];
  const unused = new Set(Object.keys(answers));
  let step = dialogue.next();
  while (step.done !== true) {
    const question = step.value;
    questions.push(question);
    const asked = question.kind === "confirm" ? question.message : question.title;
    const key = [...unused].find((part) => asked.includes(part));
    if (key !== undefined) unused.delete(key);
    step = dialogue.next(answerTo(question, key === undefined ? undefined : answers[key]));
  }
  if (unused.size > 0) {
    throw new Error(`Nobody asked ${[...unused].join(", ")}; asked was ${JSON.stringify(questions)}`);
  }
  return { questions, result: step.value };
}

function answerTo(question: Question, given: string | undefined): unknown {
  switch (question.kind) {
    case "pick": {
      const { choices, suggested = 0, title } = question;
      const chosen = given === undefined ? choices[suggested] : choices.find(({ label }) => label === given);
      if (chosen === undefined) {
        throw new Error(`"${title}" offers ${choices.map(({ label }) => label).join(", ")}, but not ${given}`);
      }
      return chosen.value;
    }
    case "pickMany": {
      const { choices, suggested } = question;
      const labels = given?.split(", ");
      return choices
        .filter(({ label }, index) => labels?.includes(label) ?? suggested.includes(index))
        .map(({ value }) => value);
    }
    case "text": {
      const text = given ?? question.value;
      const problem = question.problem?.(text);
      if (problem !== undefined) throw new Error(problem);
      return text;
    }
    case "saveAs":
      return given ?? question.name;
    case "openFile":
    case "openFolder":
      return given ?? `my-${question.kind === "openFile" ? "file" : "folder"}`;
    case "confirm":
      return true;
  }
}

/** In the place of `vscode` in tests: its words as they are written, with the parameters put in. */
export const words = {
  l10n: {
    t: (text: string, ...parameters: readonly (string | number)[]): string =>
      text.replaceAll(/\{(\d)\}/g, (_, index: string) => String(parameters[Number(index)])),
  },
};
