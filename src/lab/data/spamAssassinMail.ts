/** One mail of the corpus as what a classifier may read of it: its subject and its body, nothing that a filter or a mailing list has added. */

export interface Mail {
  /** Subject, an empty line, body. */
  readonly text: string;
  /** Without `Re:` and the like, in lower case: the same for all mails of a conversation. */
  readonly topic: string;
  /** Its own identifier and those of the mails that it answers. */
  readonly references: readonly string[];
}

/** Headers and body as the corpus has them, MIME and all. */
export async function readMail(source: string): Promise<Mail> {
  const { default: PostalMime } = await import("postal-mime");
  const mail = await PostalMime.parse(readable(source));
  const plain = mail.text?.trim() ?? "";
  const html = plain === "" || beginsWithMarkup(plain) ? (mail.html ?? plain) : "";
  const body = html === "" ? plain : (await visibleText())(html);
  const subject = withoutListTags(mail.subject ?? "");
  const { messageId = "", inReplyTo = "", references = "" } = mail;
  return {
    text: tidy(`${subject}\n\n${withoutListFooter(body)}`),
    topic: topicOf(subject),
    // Before the identifier of the mail that it answers some write the address of its sender.
    references: [...new Set([...idsIn(messageId), ...idsIn(inReplyTo).slice(-1), ...idsIn(references)])],
  };
}

let converter: Promise<(html: string) => string> | undefined;

/** What a reader sees of HTML: no addresses behind links, no names of pictures. */
function visibleText(): Promise<(html: string) => string> {
  converter ??= import("html-to-text").then(({ compile }) =>
    compile({
      wordwrap: false,
      selectors: [
        { selector: "a", options: { ignoreHref: true } },
        { selector: "img", format: "skip" },
        ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
      ],
    }),
  );
  return converter;
}

/**
 * The package was made by reading every mail as UTF-8: bytes of other encodings are lost, all of them one sign. Decoded again as the encoding that
 * the mail names, each would become three letters.
 */
function readable(source: string): string {
  return source.replace(/\uFFFD+/g, "?");
}

function idsIn(header: string): readonly string[] {
  return header.match(/<[^<>\s]+>/g) ?? [];
}

/** HTML that calls itself plain text. */
function beginsWithMarkup(text: string): boolean {
  return /^<(!doctype|html|head|body|table|center|font|div|p|br)\b/i.test(text);
}

/** `[ILUG]`: what mailing lists write before the subject, also behind `Re:`. */
function withoutListTags(subject: string): string {
  return subject.replace(/^((?:\s*(?:re|fwd?|aw)\s*:)*)\s*\[[^\]]{2,30}\]/i, "$1").trim();
}

function topicOf(subject: string): string {
  return subject
    .replace(/^(?:\s*(?:re|fwd?|aw)(?:\[\d+\])?\s*:)+/i, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}

/** What mailing lists write below a mail: how to leave them, who pays for them. */
function withoutListFooter(body: string): string {
  for (const { index } of [...body.matchAll(/^(?:[_=-]{20,}.*|-- ?)$/gm)].reverse()) {
    const below = body.slice(index);
    if (below.length > 1000 || !/mailing list|listinfo|unsubscri|yahoo! groups|sf\.net email/i.test(below)) return body;
    body = body.slice(0, index);
  }
  return body;
}

function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
