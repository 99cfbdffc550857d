/** Models at an address: each file is fetched when it is asked for, and kept in Graft's cache with its checksum. */
import { createHash } from "node:crypto";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { GraftError } from "../../../shared/graftError";
import { writeFileAtomically } from "../../data/atomicFile";
import { cacheFolder } from "../../data/locations";
import { filesAt, type ModelFiles } from "../modelFiles";
import { download } from "./download";
import { algorithmOf, integrityOf } from "./integrity";
import { requireSafe } from "./request";

/**
 * `https://host/model/model.json`, a file; or a folder with a `model.json`, ending with a slash. What was fetched before is used
 * again: an address is taken to have the same content for ever.
 *
 * @param integrity What the file at the address has to be. Default: what it was when it came first.
 * @throws GraftError `backbone/bad-address`, `backbone/insecure-address`; when its files are read, those of `download` and `backbone/outside-model`.
 */
export function urlFiles(address: string, integrity?: string): ModelFiles {
  const url = parse(address);
  const main = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf("/") + 1)) || "model.json";
  const base = new URL(".", url);
  const key = createHash("sha256").update(base.href).update(url.search).digest("hex").slice(0, 16);
  const folder = join(cacheFolder(), "backbones", "url", `${url.hostname}-${key}`);
  return filesAt({
    origin: base.href,
    main,
    names: [main],
    async locate(name) {
      const from = new URL(name.split("/").map(encodeURIComponent).join("/"), base);
      if (!from.href.startsWith(base.href)) throw outside(base, name);
      // Signed addresses carry the same signature for all files, as tfjs has it.
      from.search = url.search;
      return cached(from.href, join(folder, ...name.split("/")), name, name === main ? integrity : undefined);
    },
  });
}

async function cached(url: string, path: string, title: string, pinned: string | undefined): Promise<string> {
  const record = `${path}.integrity`;
  const known = pinned ?? (await readFile(record, "utf8").catch(() => undefined));
  if ((await stat(path).catch(() => undefined)) !== undefined) {
    const found = await integrityOf(path, known && algorithmOf(known));
    if (found === known) return path;
    // A file without a record was put there by hand.
    if (known === undefined) return keep(path, record, found);
    await rm(path);
  }
  await download({ url, to: path, title, ...(known === undefined ? {} : { integrity: known }) });
  return keep(path, record, known ?? (await integrityOf(path)));
}

async function keep(path: string, record: string, integrity: string): Promise<string> {
  await writeFileAtomically(record, integrity);
  return path;
}

function parse(address: string): URL {
  if (!URL.canParse(address)) {
    throw new GraftError({
      code: "backbone/bad-address",
      expected: `an address such as "https://example.org/model/model.json"`,
      found: `"${address}"`,
      remedy: "Check the address",
    });
  }
  requireSafe(address);
  return new URL(address);
}

function outside(base: URL, name: string): GraftError {
  return new GraftError({
    code: "backbone/outside-model",
    expected: `files below ${base.href}`,
    found: `"${name}"`,
    remedy: "The model names files of somewhere else, which are not fetched; use another copy of it",
  });
}
