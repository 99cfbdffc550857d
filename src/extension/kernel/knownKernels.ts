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

export type KernelTrace =
  | { readonly kind: "none" }
  | ({ readonly kind: "living"; readonly address: ConnectionFile } & KnownKernel)
  /** Its process is gone and its connection file is not: it did not end on purpose. */
  | ({ readonly kind: "crashed" } & KnownKernel);

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

  /** What there is of the notebook's kernel. */
  async trace(notebook: Uri): Promise<KernelTrace> {
    const known = this.#all()[notebook.toString()];
    if (known === undefined) {
      return { kind: "none" };
    }
    try {
      const address = await readConnectionFile(known.connectionFile);
      return isAlive(address.pid) ? { kind: "living", ...known, address } : { kind: "crashed", ...known };
    } catch {
      return { kind: "none" }; // The kernel removes its connection file when it ends on purpose.
    }
  }

  #all(): Readonly<Record<string, KnownKernel>> {
    return this.#memento.get<Record<string, KnownKernel>>(key) ?? {};
  }
}
