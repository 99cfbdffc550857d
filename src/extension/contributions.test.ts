import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FIGURE_MIME } from "../shared/mimeBundle";
import {
  commandIds,
  configurationKeys,
  contextKeys,
  EXTENSION_ID,
  itemCommandIds,
  NOTEBOOK_TYPE,
  RENDERER_ID,
  SHUTDOWN_ALL_COMMAND,
  treeViews,
  VARIABLES_VIEW,
} from "./contributions";

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly when?: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly { readonly description: string; readonly media: { readonly image: string } }[];
    }[];
    readonly notebookRenderer: readonly { readonly id: string; readonly mimeTypes: readonly string[] }[];
  };
}

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as Manifest;
const texts = JSON.parse(readFileSync(new URL("../../package.nls.json", import.meta.url), "utf8")) as Readonly<
  Record<string, string>
>;
const { commands, menus, configuration, views, viewsWelcome, walkthroughs, notebookRenderer } = manifest.contributes;

const allCommands: readonly string[] = [...Object.values(commandIds), ...Object.values(itemCommandIds)];

describe("package.json and contributions.ts", () => {
  it("name the same extension, commands, settings and renderer", () => {
    expect(`${manifest.publisher}.${manifest.name}`).toBe(EXTENSION_ID);
    expect(commands.map(({ command }) => command).sort()).toEqual(allCommands.toSorted());
    expect(Object.keys(configuration.properties).sort()).toEqual(Object.values(configurationKeys).sort());
    expect(notebookRenderer).toMatchObject([{ id: RENDERER_ID, mimeTypes: [FIGURE_MIME] }]);
    expect(manifest.activationEvents).toEqual([`onNotebook:${NOTEBOOK_TYPE}`]);
  });

  it("put only known commands into menus, under known context keys", () => {
    const entries = Object.values(menus).flat();
    expect(entries.filter(({ command }) => !allCommands.includes(command))).toEqual([]);
    const clauses = [...entries.map(({ when }) => when), ...commands.map(({ enablement }) => enablement)];
    expect(views["graft-lab"]?.at(-1)).toMatchObject({ id: VARIABLES_VIEW, when: contextKeys.used });
    const keys = clauses.flatMap((clause) => clause?.match(/graft\.\w+/g) ?? []);
    const subjects = ["graft.layer", "graft.checkpoint", "graft.restorableRun", "graft.featureCache"];
    const knownKeys: readonly string[] = [...Object.values(contextKeys), ...Object.values(treeViews), ...subjects];
    expect(keys.filter((key) => !knownKeys.includes(key))).toEqual([]);
    expect(keys.length).toBeGreaterThan(0);
  });

  it("name the same tree views, and say in each what to do while it is empty", () => {
    expect(views["graft-lab"]?.map(({ id }) => id)).toEqual([...Object.values(treeViews), VARIABLES_VIEW]);
    expect(viewsWelcome.map(({ view }) => view)).toEqual(Object.values(treeViews));
  });

  it("link from the walkthrough to commands that there are, with pictures that there are", () => {
    const linked = Object.values(texts).flatMap((text) =>
      [...text.matchAll(/command:(graft\.[\w.]+)/g)].map(([, id]) => id ?? ""),
    );
    expect(linked.filter((id) => !allCommands.includes(id) && !id.endsWith(".focus"))).toEqual([]);
    const images = walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.image));
    expect(images).toHaveLength(5);
    expect(images.filter((image) => !existsSync(new URL(`../../${image}`, import.meta.url)))).toEqual([]);
  });

  it("take every text from package.nls.json, which has no other", () => {
    const named = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    expect([...new Set(named)].sort()).toEqual(Object.keys(texts).sort());
    expect(commands.filter(({ title }) => !title.startsWith("%"))).toEqual([]);
  });

  it("keep the command for tests out of the palette", () => {
    expect(commands.map(({ command }) => command)).not.toContain(SHUTDOWN_ALL_COMMAND);
  });
});
