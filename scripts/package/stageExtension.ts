/**
 * Lays out what goes into a `.vsix`: the bundles with the packages that they load beside them (`dist/node_modules`, where
 * `require` looks first), media, notebooks, and a `package.json` without what only developers need.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inProject } from "../project";
import type { RuntimeFile } from "./runtimeFiles";

/** Beside the bundles; the rest of `dist` is for developers. */
const builtFolders = ["renderer", "types"] as const;
/** Of `package.json`. */
const forDevelopers = new Set([
  "private",
  "scripts",
  "devDependencies",
  "optionalDependencies",
  "allowScripts",
  "bin",
  "files",
]);
const shippedFiles = [
  "media",
  "notebooks",
  "l10n",
  "package.nls.json",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
] as const;

/** Empties `folder` first. */
export async function stageExtension(folder: string, files: readonly RuntimeFile[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const dist = join(folder, "dist");
  await mkdir(dist, { recursive: true });
  const built = await readdir(inProject("dist"));
  const bundles = built.filter((name) => name.endsWith(".js"));
  for (const name of [...bundles, ...builtFolders]) {
    await cp(inProject("dist", name), join(dist, name), { recursive: true, filter: (file) => !file.endsWith(".map") });
  }
  const present = new Set(await readdir(inProject()));
  for (const name of shippedFiles.filter((entry) => present.has(entry))) {
    await cp(inProject(name), join(folder, name), { recursive: true });
  }
  for (const { from, to } of files) {
    const target = join(dist, "node_modules", to);
    await mkdir(dirname(target), { recursive: true });
    await cp(from, target, { dereference: true });
  }
  await stageTypescriptPlugin(folder);
  await writeFile(join(folder, "package.json"), await shippedManifest());
}

/** VS Code's TypeScript server looks for its plugins in the extension's own `node_modules`. */
async function stageTypescriptPlugin(folder: string): Promise<void> {
  await cp(inProject("packages", "quiet-cells"), join(folder, "node_modules", "graft-quiet-cells"), {
    recursive: true,
  });
}

async function shippedManifest(): Promise<string> {
  const manifest = JSON.parse(await readFile(inProject("package.json"), "utf8")) as Record<string, unknown>;
  const kept = Object.entries(manifest).filter(([key]) => !forDevelopers.has(key));
  // The other packages lie beside the bundles; of this one VS Code has to know.
  const shipped = { ...Object.fromEntries(kept), dependencies: { "graft-quiet-cells": "0.1.0" } };
  return `${JSON.stringify(shipped, undefined, 2)}\n`;
}
