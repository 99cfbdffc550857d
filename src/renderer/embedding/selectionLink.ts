import type { RendererContext } from "vscode-notebook-renderer";
import type { FromFigure, SelectionAnswer, ToFigure } from "../../shared/selectionMessages";

/** The way from a figure to the extension, and so to the kernel that drew it. */
export class SelectionLink {
  readonly #post: ((message: FromFigure) => void) | undefined;
  readonly #listeners = new Map<string, Set<(answer: SelectionAnswer) => void>>();

  constructor(context: Pick<RendererContext<unknown>, "postMessage" | "onDidReceiveMessage">) {
    this.#post = context.postMessage === undefined ? undefined : (message) => context.postMessage?.(message);
    context.onDidReceiveMessage?.((message: unknown) => {
      const { kind, plot, answer } = message as Partial<ToFigure>;
      if (kind !== "selected" || plot === undefined || answer === undefined) return;
      for (const listener of this.#listeners.get(plot) ?? []) listener(answer);
    });
  }

  /** False: this front end has no way to the kernel. */
  get open(): boolean {
    return this.#post !== undefined;
  }

  send(message: FromFigure): void {
    this.#post?.(message);
  }

  /** The returned function ends it. */
  listen(plot: string, listener: (answer: SelectionAnswer) => void): () => void {
    const listeners = this.#listeners.get(plot) ?? new Set();
    this.#listeners.set(plot, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(plot);
    };
  }
}
