/**
 * Which notebooks run on which Jupyter Server. Addresses are remembered for the workspace; tokens only in VS Code's secret
 * storage.
 */
import type { ExtensionContext, Memento, SecretStorage, Uri } from "vscode";
import { GraftError } from "../../shared/graftError";
import type { JupyterServer } from "../../protocol/jupyterServer";
import { ServerKernels, type ServerChoice } from "./serverKernels";

interface RememberedChoice extends ServerChoice {
  readonly url: string;
}

const choicesKey = "graft.serverChoices";
const lastUrlKey = "graft.lastServer";

export class ServerConnections {
  readonly #memento: Memento;
  readonly #secrets: SecretStorage;

  constructor({ workspaceState, secrets }: Pick<ExtensionContext, "workspaceState" | "secrets">) {
    this.#memento = workspaceState;
    this.#secrets = secrets;
  }

  /** The server that was connected last in this workspace. */
  get lastUrl(): string | undefined {
    return this.#memento.get<string>(lastUrlKey);
  }

  token(url: string): Thenable<string | undefined> {
    return this.#secrets.get(secretKey(url));
  }

  async rememberServer({ url, token }: JupyterServer): Promise<void> {
    await this.#secrets.store(secretKey(url), token);
    await this.#memento.update(lastUrlKey, url);
  }

  async forgetToken(url: string): Promise<void> {
    await this.#secrets.delete(secretKey(url));
  }

  /** What this notebook was connected to; undefined: it runs on this machine. */
  sourceOf(notebook: Uri): ServerKernels | undefined {
    const choice = this.#choices()[notebook.toString()];
    return choice === undefined ? undefined : this.sourceFor(notebook, choice.url, choice);
  }

  sourceFor(notebook: Uri, url: string, { name, kernelId }: ServerChoice): ServerKernels {
    const access = async (): Promise<JupyterServer> => {
      const token = await this.token(url);
      if (token === undefined) {
        throw new GraftError({
          code: "server/no-token",
          expected: `the token of ${url} in VS Code's secret storage`,
          found: "none",
          remedy: "Run Graft: Connect to Jupyter Server… again, or Graft: Use Local Kernel",
        });
      }
      return { url, token };
    };
    return new ServerKernels(url, { name, kernelId }, access, (used) => this.#remember(notebook, { url, ...used }));
  }

  /** From now on, this notebook runs on this machine. */
  async forget(notebook: Uri): Promise<void> {
    const rest = Object.entries(this.#choices()).filter(([uri]) => uri !== notebook.toString());
    await this.#memento.update(choicesKey, Object.fromEntries(rest));
  }

  async #remember(notebook: Uri, choice: RememberedChoice): Promise<void> {
    await this.#memento.update(choicesKey, { ...this.#choices(), [notebook.toString()]: choice });
  }

  #choices(): Readonly<Record<string, RememberedChoice>> {
    return this.#memento.get<Record<string, RememberedChoice>>(choicesKey) ?? {};
  }
}

function secretKey(url: string): string {
  return `graft.jupyterToken:${url}`;
}
