import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FIGURE_MIME } from "../shared/mimeBundle";
import {
  commandIds,
  configurationKeys,
  contextKeys,
  EXTENSION_ID,
  NOTEBOOK_TYPE,
  RENDERER_ID,
  SHUTDOWN_ALL_COMMAND,
  VARIABLES_VIEW,
} from "./contributions";

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly when: string }[]>>;
    readonly notebookRenderer: readonly { readonly id: string; readonly mimeTypes: readonly string[] }[];
  };
}

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as Manifest;
const { commands, menus, configuration, views, notebookRenderer } = manifest.contributes;

describe("package.json and contributions.ts", () => {
  it("name the same extension, commands, settings and renderer", () => {
    expect(`${manifest.publisher}.${manifest.name}`).toBe(EXTENSION_ID);
    expect(commands.map(({ command }) => command).sort()).toEqual(Object.values(commandIds).sort());
    expect(Object.keys(configuration.properties).sort()).toEqual(Object.values(configurationKeys).sort());
    expect(notebookRenderer).toMatchObject([{ id: RENDERER_ID, mimeTypes: [FIGURE_MIME] }]);
    expect(manifest.activationEvents).toEqual([`onNotebook:${NOTEBOOK_TYPE}`]);
  });

  it("put only known commands into menus, under known context keys", () => {
    const entries = Object.values(menus).flat();
    const known: readonly string[] = Object.values(commandIds);
    expect(entries.filter(({ command }) => !known.includes(command))).toEqual([]);
    const clauses = [...entries.map(({ when }) => when), ...commands.map(({ enablement }) => enablement)];
    expect(Object.values(views).flat()).toMatchObject([{ id: VARIABLES_VIEW, when: contextKeys.used }]);
    const keys = clauses.flatMap((clause) => clause?.match(/graft\.\w+/g) ?? []);
    const knownKeys: readonly string[] = Object.values(contextKeys);
    expect(keys.filter((key) => !knownKeys.includes(key))).toEqual([]);
    expect(keys.length).toBeGreaterThan(0);
  });

  it("keep the command for tests out of the palette", () => {
    expect(commands.map(({ command }) => command)).not.toContain(SHUTDOWN_ALL_COMMAND);
  });
});
