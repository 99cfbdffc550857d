/**
 * Remembers which kernel process belongs to which notebook, so that a reloaded window or a reopened notebook finds its
 * living kernel again. Only file names are remembered; the token stays in the connection file (mode 0600).
 */
import { Uri, type Memento } from "vscode";
import { isAlive, readConnectionFile, type ConnectionFile } from "../../protocol/kernelAddress";

export interface KnownKernel {
  readonly connectionFile: string;
  readonly logFile: string;
}

export interface LivingKernel extends KnownKernel {
  readonly address: ConnectionFile;
}

const key = "graft.kernels";

export class KnownKernels {
  readonly #memento: Memento;

  constructor(memento: Memento) {
    this.#memento = memento;
  }

  async remember(notebook: Uri, kernel: KnownKernel): Promise<void> {
    const { connectionFile, logFile } = kernel;
    await this.#memento.update(key, { ...this.#all(), [notebook.toString()]: { connectionFile, logFile } });
  }

  async forget(notebook: Uri): Promise<void> {
    const rest = Object.entries(this.#all()).filter(([uri]) => uri !== notebook.toString());
    await this.#memento.update(key, Object.fromEntries(rest));
  }

  /** Every notebook that has, or had, a kernel. */
  notebooks(): readonly Uri[] {
    return Object.keys(this.#all()).map((uri) => Uri.parse(uri, true));
  }

  /** The notebook's kernel if its process still lives; forgets it otherwise. */
  async living(notebook: Uri): Promise<LivingKernel | undefined> {
    const known = this.#all()[notebook.toString()];
    if (known === undefined) {
      return undefined;
    }
    try {
      const address = await readConnectionFile(known.connectionFile);
      if (isAlive(address.pid)) {
        return { ...known, address };
      }
    } catch {
      // The kernel removes its connection file when it ends: there is nothing to reconnect to.
    }
    await this.forget(notebook);
    return undefined;
  }

  #all(): Readonly<Record<string, KnownKernel>> {
    return this.#memento.get<Record<string, KnownKernel>>(key) ?? {};
  }
}
