/**
 * Makes notebooks/data/lesions/: synthetic pictures, drawn by a program, with a table in the layout of HAM10000's. They stand in for photographs where
 * those are not at hand. `npm run make:lesions`.
 */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { writeFileAtomically } from "../src/lab/data/atomicFile";
import { Rng } from "../src/shared/rng";
import { lesionOf, type LesionKind, photograph } from "./lesions/drawLesion";

const target = join(process.cwd(), "notebooks", "data", "lesions");
const side = 96;
/** Most are harmless, as in a practice. */
const lesions: Readonly<Record<LesionKind, number>> = { nv: 96, mel: 34, bkl: 30, bcc: 22 };
/** Of a lesion; there are one to four of each. */
const picturesMore = [0.4, 0.7, 0.9];

async function main(): Promise<void> {
  await rm(target, { recursive: true, force: true });
  const rng = new Rng(20_260);
  const kinds = (Object.keys(lesions) as LesionKind[]).flatMap((kind) =>
    new Array<LesionKind>(lesions[kind]).fill(kind),
  );
  const rows: string[] = [];
  // In no order, as in a practice too.
  for (const [i, place] of rng.permutation(kinds.length).entries()) {
    const dx = kinds[place]!;
    const lesion = lesionOf(dx, rng);
    const more = rng.uniform();
    const pictures = 1 + picturesMore.filter((limit) => more > limit).length;
    for (let picture = 0; picture < pictures; picture++) {
      const imageId = `SYNTHETIC_${String(rows.length).padStart(4, "0")}`;
      const jpeg = await sharp(photograph(lesion, side, rng), { raw: { width: side, height: side, channels: 3 } })
        .jpeg({ quality: 62, mozjpeg: true })
        .toBuffer();
      await writeFileAtomically(join(target, `${imageId}.jpg`), jpeg);
      rows.push([`LESION_${String(i).padStart(4, "0")}`, imageId, dx].join(","));
    }
  }
  await writeFileAtomically(join(target, "metadata.csv"), ["lesion_id,image_id,dx", ...rows, ""].join("\n"));
  console.log(
    `notebooks/data/lesions  ${rows.length} pictures of ${kinds.length} lesions, ${(await readdir(target)).length} files`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
