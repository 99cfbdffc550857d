import { createHash } from "node:crypto";
import { join } from "node:path";
import { GraftError } from "../../../shared/graftError";
import { type BackboneCard, parseCard } from "../card";
import type { ModelFiles } from "../modelFiles";

/**
 * The card beside the model, where there is one; the files that it lists are checked.
 *
 * @throws GraftError `backbone/bad-card`, `backbone/checksum`.
 */
export async function storedCard(files: ModelFiles): Promise<BackboneCard | undefined> {
  if (!files.names.includes("card.json")) return undefined;
  const path = join(files.origin, "card.json");
  let card: BackboneCard;
  try {
    card = parseCard(JSON.parse((await files.read("card.json")).toString("utf8")));
  } catch (cause) {
    throw new GraftError({
      code: "backbone/bad-card",
      expected: `a backbone card in ${path}`,
      found: (cause as Error).message,
      remedy: "Mend the card, or remove it to load the model without one",
      cause,
    });
  }
  // A card beside several models is that of the files which it lists.
  if (files.main !== undefined && !(files.main in card.sha256)) return undefined;
  await requireChecksums(card, files);
  return card;
}

/** @throws GraftError `backbone/checksum`. */
export async function requireChecksums({ sha256 }: BackboneCard, files: ModelFiles): Promise<void> {
  for (const [file, expected] of Object.entries(sha256)) {
    // A file that is missing is met, and named, when the model is read.
    if (!files.names.includes(file)) continue;
    const bytes = await files.read(file);
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found === expected) continue;
    throw new GraftError({
      code: "backbone/checksum",
      expected: `${file} of ${files.origin} with the SHA-256 of its card, ${expected.slice(0, 12)}…`,
      found: `${found.slice(0, 12)}… (${bytes.length} bytes)`,
      remedy: "Restore the file; it is damaged or was changed. Remove card.json if the change was meant",
    });
  }
}
