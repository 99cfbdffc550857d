/** How a run is getting on, on stderr: one line that is rewritten in a terminal, a line for each cell elsewhere. */
import type { ProgressUpdate } from "../shared/labHost";
import type { CellPosition } from "./runNotebook";

export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #started = Date.now();
  #cell = "";

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  cell(position: CellPosition): void {
    const [firstLine = ""] = position.cell.source.trim().split("\n");
    this.#cell = `[${position.codeNumber}/${position.codeCells}] ${firstLine}`;
    this.#show(this.#cell, true);
  }

  progress(update: ProgressUpdate): void {
    this.#show(`${this.#cell} · ${update.title} ${Math.round(update.fraction * 100)} % · ${update.detail}`, false);
  }

  /** Says the last word. */
  end(text: string): void {
    this.#clearLine();
    this.#stream.write(`${text} (${((Date.now() - this.#started) / 1000).toFixed(1)} s)\n`);
  }

  #show(text: string, lasting: boolean): void {
    if (this.#stream.isTTY) {
      this.#clearLine();
      this.#stream.write(text.slice(0, this.#stream.columns - 1));
    } else if (lasting) {
      this.#stream.write(`${text}\n`);
    }
  }

  #clearLine(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\u001b[2K");
  }
}
