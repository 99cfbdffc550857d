import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { GraftError } from "../../../shared/graftError";
import { notebookPath, shippedFile } from "../../data/locations";
import type { BackboneCard } from "../card";
import { folderFiles, type ModelFiles } from "../modelFiles";
import { nearestNames } from "../nearestNames";
import { npmPath, npmPrefix } from "../npmPackage";
import { isModelFile } from "../readModel";
import { requireChecksums, storedCard } from "./cardFile";
import { registry } from "./registry";
import type { RegistryEntry } from "./registryEntry";
import { urlFiles } from "./urlFiles";

export interface FoundModel {
  /** What the model is called where its card does not say it. */
  readonly name: string;
  readonly files: ModelFiles;
  readonly card: BackboneCard | undefined;
  /** Of files that hold weights alone. */
  readonly topology?: unknown;
}

/** Names of the backbones that come with Graft. */
export async function shippedNames(): Promise<string[]> {
  const entries = await readdir(shippedFile("media", "backbones"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** The files that an address means; see `backbones.load`. */
export async function findModel(address: string): Promise<FoundModel> {
  if (address.startsWith(npmPrefix)) return inFolder(await npmPath(address));
  if (/^https?:/i.test(address)) {
    const files = urlFiles(address);
    return { name: nameOf(new URL(address).pathname), files, card: undefined };
  }
  if (/[\\/]/.test(address) || isModelFile(address, [])) return inFolder(notebookPath(address));
  if ((await shippedNames()).includes(address)) return inFolder(shippedFile("media", "backbones", address));
  const entry = await requireEntry(address);
  return fromRegistry(entry);
}

async function fromRegistry({ address, integrity, topology, card }: RegistryEntry): Promise<FoundModel> {
  if (topology !== undefined) {
    const path = shippedFile("media", "topologies", `${topology}.json`);
    const parsed: unknown = JSON.parse(await readFile(path, "utf8"));
    return { name: card.name, files: urlFiles(address, integrity), card, topology: parsed };
  }
  const files = await folderFiles(await npmPath(address, integrity));
  await requireChecksums(card, files);
  return { name: card.name, files, card };
}

/** The entry of the registry. @throws GraftError `backbone/unknown-name`. */
export async function requireEntry(name: string): Promise<RegistryEntry> {
  const entry = registry.find(({ card }) => card.name === name);
  if (entry !== undefined) return entry;
  const names = [...(await shippedNames()), ...registry.map(({ card }) => card.name)];
  throw new GraftError({
    code: "backbone/unknown-name",
    expected: `the name of a backbone that Graft knows: ${names.join(", ")}`,
    found: `"${name}"`,
    remedy: `Did you mean "${nearestNames(name, names)[0]!}"? For a folder write its path with a slash, e.g. "./${name}"`,
  });
}

async function inFolder(path: string): Promise<FoundModel> {
  const files = await folderFiles(path);
  return { name: nameOf(path), files, card: await storedCard(files) };
}

function nameOf(path: string): string {
  return basename(path.replace(/[\\/]model\.json$/, "")) || "backbone";
}
