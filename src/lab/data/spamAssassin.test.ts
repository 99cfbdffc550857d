/** The corpus' mails, made-up ones in its layout: out of a package, once, without what gives their class away. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FileServer, serveFiles } from "../backbone/sources/testing/fileServer";
import { spamAssassin } from "./spamAssassin";
import { readMail } from "./spamAssassinMail";
import { mailThreads } from "./spamAssassinThreads";

const fromList = `X-Spam-Status: No, hits=-3.5
List-Id: Irish Linux Users <ilug.linux.ie>
Message-ID: <2@linux.ie>
In-Reply-To: Message from Ann <ann@x.ie> of "Mon, 1 Jul 2002" <1@x.ie>
References: <0@x.ie> <1@x.ie>
Subject: Re: [ILUG] Which kernel  for
 an old laptop?

Mine runs   2.4.
> Which kernel?

-- 
Irish Linux Users' Group: ilug@linux.ie
http://www.linux.ie/mailman/listinfo/ilug for (un)subscription information.
`;

const fromShop = `Received: from shop (unknown)
Message-Id: <9@shop.example>
Subject: =?iso-8859-1?Q?Caf=E9_for_free?=
MIME-Version: 1.0
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

<html><head><style>p { color: red }</style></head><body><h1>Buy now</h1><p>Caf=E9 &amp; cake<br>for <a href=3D"http=
://shop.example/x">you</a><img src=3D"x.gif" alt=3D"logo"></p></body></html>
`;

const both = `Subject: Two ways
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from("Grüße").toString("base64")}
--b
Content-Type: text/html

<p>other words</p>
--b
Content-Type: image/gif
Content-Transfer-Encoding: base64

R0lGODlhAQABAAAAACw=
--b--
`;

test("a mail is its subject and what a reader sees of its body", async () => {
  const mail = await readMail(fromList);
  expect(mail.text).toBe("Re: Which kernel for an old laptop?\n\nMine runs 2.4.\n> Which kernel?");
  expect(mail.topic).toBe("which kernel for an old laptop?");
  expect([...mail.references].sort()).toEqual(["<0@x.ie>", "<1@x.ie>", "<2@linux.ie>"]);
  expect((await readMail(fromShop)).text).toBe("Café for free\n\nBuy now\n\nCafé & cake\nfor you");
  expect((await readMail(both)).text).toBe("Two ways\n\nGrüße");
});

test("HTML that calls itself plain, bytes that were lost, a mail without subject, nothing at all", async () => {
  expect((await readMail("Subject: a\n\n<HTML><body>Win <b>now</b></body>")).text).toBe("a\n\nWin now");
  expect((await readMail("Subject: d\uFFFD\uFFFDj\uFFFD vu\n\nvoil\uFFFD")).text).toBe("d?j? vu\n\nvoil?");
  expect((await readMail("From: x@y.z\n\nhello")).text).toBe("hello");
  expect((await readMail("")).text).toBe("");
});

test("what a mailing list wrote below goes, a signature stays", async () => {
  const { text } = await readMail(
    "Subject: a b\n\nlong story\n-- \nAnn\n____________________________\nsf mailing list\n",
  );
  expect(text).toBe("a b\n\nlong story\n--\nAnn");
});

test("threads: by references, also over mails that are missing, by subject, by pairs", () => {
  const mail = (topic: string, ...references: string[]) => ({ topic, references });
  const mails = [
    mail("hello", "<1>"),
    mail("hello", "<2>"),
    mail("other", "<3>", "<gone>"),
    mail("another", "<4>", "<gone>"),
    mail("two words", "<5>"),
    mail("two words", "<6>"),
    mail("late", "<7>", "<3>", "<5>"),
    mail("", "<8>"),
    mail("", "<9>"),
  ];
  expect(mailThreads(mails)).toEqual([0, 1, 2, 2, 2, 2, 2, 7, 8]);
  expect(mailThreads(mails, [{ a: 8, b: 1 }])).toEqual([0, 1, 2, 2, 2, 2, 2, 7, 1]);
});

let server: FileServer;
let folder: string;
beforeEach(async () => {
  server = await serveFiles();
  folder = await mkdtemp(join(tmpdir(), "graft-mails-"));
  vi.stubEnv("GRAFT_CACHE", join(folder, "cache"));
  vi.stubEnv("npm_config_registry", server.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true });
});

async function publish(mails: Readonly<Record<string, string>>) {
  const root = join(folder, "package");
  await mkdir(root);
  await writeFile(join(root, "package.json"), "{}");
  for (const [name, text] of Object.entries(mails)) {
    await mkdir(join(root, "data", name, ".."), { recursive: true });
    await writeFile(join(root, "data", name), JSON.stringify({ id: "1", text }));
  }
  await create({ file: join(folder, "mails.tgz"), cwd: folder, gzip: true }, ["package"]);
  const bytes = await readFile(join(folder, "mails.tgz"));
  server.files.set("mails/-/mails-1.0.0.tgz", { bytes });
  return {
    name: "mails",
    version: "1.0.0",
    integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
  };
}

const answer = fromList.replace("<2@", "<3@");
const mails = {
  "file_list.json": "",
  "easy-ham-1/1.a.json": fromList,
  "easy-ham-2/1.a.json": answer,
  "hard-ham-1/1.a.json": both,
  "spam-2/1.a.json": fromShop,
};

test("the dataset: classes by folder, threads as groups; fetched and read once, a damaged result is read again", async () => {
  const source = await publish(mails);
  const dataset = await spamAssassin(source);
  expect(dataset.classes).toEqual(["ham", "spam"]);
  expect([...dataset.labels]).toEqual([0, 0, 0, 1]);
  expect(dataset.groups).toEqual(["0", "0", "2", "3"]);
  expect(dataset.text(3)).toContain("Café");
  expect(server.log.length).toBe(1);

  await rm(join(folder, "cache", "backbones"), { recursive: true });
  await server.close();
  expect((await spamAssassin(source)).id).toBe(dataset.id);

  const [kept] = await readdir(join(folder, "cache", "datasets"));
  const place = join(folder, "cache", "datasets", kept!);
  await writeFile(place, (await readFile(place, "utf8")).replace("Café", "Tea"));
  await expect(spamAssassin(source)).rejects.toMatchObject({ code: "backbone/offline" });
  server = await serveFiles();
});
