/**
 * What a command asks, as plain data: a dialogue is a generator that yields one question after the other, is given the
 * answers, and returns what it was about. It knows nothing of windows, so that a test can answer as well (`converse.ts` lets a
 * person answer). Each question has a default: Enter takes it. Who does not answer ends the dialogue.
 */
export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: T;
}

export interface PickQuestion<T> {
  readonly title: string;
  readonly placeholder?: string;
  readonly choices: readonly Choice<T>[];
  /** Which one Enter takes. Default: the first. */
  readonly suggested?: number;
}

export interface PickManyQuestion<T> {
  readonly title: string;
  readonly placeholder?: string;
  readonly choices: readonly Choice<T>[];
  /** Which ones Enter takes: their places among the choices. */
  readonly suggested: readonly number[];
}

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  /** Undefined when the text will do; otherwise what is wrong with it. */
  readonly problem?: (text: string) => string | undefined;
}

/** A file or folder; the answer is its path as a cell of the notebook writes it. */
export interface FileQuestion {
  readonly title: string;
  /** Of the button. */
  readonly button: string;
  /** File extensions without the dot. */
  readonly extensions?: readonly string[];
}

export type Question =
  | ({ readonly kind: "pick" } & PickQuestion<unknown>)
  | ({ readonly kind: "pickMany" } & PickManyQuestion<unknown>)
  | ({ readonly kind: "text" } & TextQuestion)
  | ({ readonly kind: "openFile" } & FileQuestion)
  | ({ readonly kind: "openFolder" } & FileQuestion)
  | ({ readonly kind: "saveAs"; readonly name: string } & FileQuestion)
  | { readonly kind: "confirm"; readonly message: string; readonly detail: string; readonly button: string };

export type Dialogue<T> = Generator<Question, T, unknown>;

export function* pick<T>(question: PickQuestion<T>): Dialogue<T> {
  return (yield { kind: "pick", ...question }) as T;
}

/** At least one: who picks none has thought better of it. */
export function* pickMany<T>(question: PickManyQuestion<T>): Dialogue<readonly T[]> {
  return (yield { kind: "pickMany", ...question }) as readonly T[];
}

export function* askText(question: TextQuestion): Dialogue<string> {
  return (yield { kind: "text", ...question }) as string;
}

export function* askFile(kind: "openFile" | "openFolder", question: FileQuestion): Dialogue<string> {
  return (yield { kind, ...question }) as string;
}

/** `name`: what is suggested. */
export function* askTarget(name: string, question: FileQuestion): Dialogue<string> {
  return (yield { kind: "saveAs", name, ...question }) as string;
}

/** Goes on only when the person agrees. */
export function* confirm(message: string, detail: string, button: string): Dialogue<void> {
  yield { kind: "confirm", message, detail, button };
}
