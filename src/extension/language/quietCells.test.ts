import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import type { LanguageService, server } from "typescript/lib/tsserverlibrary";
import { quietCells } from "./quietCells";

const folder = mkdtempSync(join(tmpdir(), "graft-quiet-"));
afterAll(() => rmSync(folder, { recursive: true }));

const cellOf = (notebook: string): string => `^/vscode-notebook-cell/ts-nul-authority${notebook}#W0sZmlsZQ==`;

function plugin(config: object) {
  const hover = vi.fn(() => "a hover");
  const languageService = { getQuickInfoAtPosition: hover, getSyntacticDiagnostics: () => ["an error"] };
  const refreshDiagnostics = vi.fn();
  const module = quietCells();
  const service = module.create({
    languageService: languageService as unknown as LanguageService,
    config,
    project: { refreshDiagnostics },
  } as unknown as server.PluginCreateInfo);
  const asked = (file: string) => [service.getQuickInfoAtPosition(file, 0), service.getSyntacticDiagnostics(file)];
  return { asked, module, refreshDiagnostics };
}

const answered = ["a hover", ["an error"]];
const silenced = [undefined, []];

it("silences the cells of the notebooks that it is told, and nothing else", () => {
  const { asked } = plugin({ notebooks: ["/a/graft.ipynb"] });
  expect(asked(cellOf("/a/graft.ipynb"))).toEqual(silenced);
  expect(asked(cellOf("/a/deno.ipynb"))).toEqual(answered);
  expect(asked(cellOf("/b/a/graft.ipynb"))).toEqual(answered);
  expect(asked("/a/graft.ipynb.ts")).toEqual(answered);
});

it("hears of a change and has the errors looked for again", () => {
  const { asked, module, refreshDiagnostics } = plugin({ notebooks: [] });
  expect(asked(cellOf("/a/graft.ipynb"))).toEqual(answered);
  module.onConfigurationChanged?.({ notebooks: ["/a/graft.ipynb"] });
  expect(asked(cellOf("/a/graft.ipynb"))).toEqual(silenced);
  expect(refreshDiagnostics).toHaveBeenCalledOnce();
});

it("reads the saved notebook's kernel until it is told", () => {
  const save = (name: string, kernel: string): string => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify({ metadata: { kernelspec: { name: kernel } } }));
    return cellOf(file);
  };
  const { asked } = plugin({});
  expect(asked(save("graft.ipynb", "graft"))).toEqual(silenced);
  expect(asked(save("deno.ipynb", "deno"))).toEqual(answered);
  expect(asked(cellOf(join(folder, "nowhere.ipynb")))).toEqual(answered);
});
