/**
 * A plugin of VS Code's own TypeScript server, in which it runs. That server sees each cell of a notebook as a file of its
 * own: it greys out names that only later cells use, and would give every completion, hover and syntax error a second time.
 * For cells of notebooks whose kernel is Graft it is silenced; every other file and notebook is left alone.
 */
import { readFileSync } from "node:fs";
import type { LanguageService, server } from "typescript/lib/tsserverlibrary";

/** What the extension sends. */
export interface QuietCellsConfiguration {
  /** Paths, as in their URIs, of the open notebooks whose kernel is Graft. */
  readonly notebooks: readonly string[];
}

/** How the server names cells: `^/vscode-notebook-cell/AUTHORITY/path/of/notebook.ipynb#FRAGMENT`. */
const cellName = /^\^\/vscode-notebook-cell\/[^/]*(\/.*)#[^#/]*$/;

/** Methods that are silenced, with what they answer then. */
const silence: Readonly<Record<string, () => unknown>> = {
  getCompletionsAtPosition: () => undefined,
  getQuickInfoAtPosition: () => undefined,
  getSignatureHelpItems: () => undefined,
  getSyntacticDiagnostics: () => [],
  getSemanticDiagnostics: () => [],
  getSuggestionDiagnostics: () => [],
  // Not in the public types: of long files, first what can be seen.
  getRegionSemanticDiagnostics: () => undefined,
};

export function quietCells(): server.PluginModule {
  /** Undefined until the extension has spoken, and for good in the server that answers while projects load. */
  let notebooks: ReadonlySet<string> | undefined;
  let refresh: () => void = () => undefined;
  const isQuiet = (file: string): boolean => {
    const notebook = cellName.exec(file)?.[1];
    return notebook !== undefined && (notebooks?.has(notebook) ?? namesGraft(notebook));
  };
  const configure = ({ notebooks: paths }: Partial<QuietCellsConfiguration>): void => {
    notebooks = Array.isArray(paths) ? new Set(paths) : notebooks;
  };
  return {
    create({ languageService, config, project }) {
      configure(config as Partial<QuietCellsConfiguration>);
      refresh = () => project.refreshDiagnostics();
      const methods = languageService as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;
      const quiet = Object.entries(silence).map(([name, silent]) => {
        const answer = (file: string, ...rest: unknown[]): unknown =>
          isQuiet(file) ? silent() : methods[name]?.(file, ...rest);
        return [name, answer];
      });
      return { ...languageService, ...(Object.fromEntries(quiet) as Partial<LanguageService>) };
    },
    onConfigurationChanged(configuration: Partial<QuietCellsConfiguration>) {
      configure(configuration);
      refresh();
    },
  };
}

/** The kernel that the saved notebook names. */
function namesGraft(path: string): boolean {
  try {
    const { metadata } = JSON.parse(readFileSync(path.replace(/^\/(?=[a-z]:)/i, ""), "utf8")) as {
      readonly metadata?: { readonly kernelspec?: { readonly name?: unknown } };
    };
    return metadata?.kernelspec?.name === "graft";
  } catch {
    return false; // Not saved yet, or not a notebook.
  }
}
