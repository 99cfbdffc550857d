import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installLabHost, labHost, type ProgressUpdate } from "../../../shared/labHost";
import { InterruptedError } from "../../../shared/graftError";
import { download, type DownloadSettings } from "./download";
import { type FileServer, serveFiles } from "./testing/fileServer";

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251);
const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
const quick = { stallMs: 300, backoffMs: 1 };
const host = labHost();
let server: FileServer;
let folder: string;
let updates: ProgressUpdate[];

beforeEach(async () => {
  server = await serveFiles();
  folder = await mkdtemp(join(tmpdir(), "graft-download-"));
  updates = [];
  installLabHost({
    ...host,
    interruptFlag: new Int32Array(new SharedArrayBuffer(4)),
    progress: (update) => updates.push(update),
  });
});
afterEach(async () => {
  installLabHost(host);
  await server.close();
  await rm(folder, { recursive: true });
});

const to = () => join(folder, "deep", "model.bin");
function get(settings: Partial<DownloadSettings> = {}, checksum: string | null = integrity): Promise<void> {
  const wanted = { url: `${server.url}model.bin`, to: to(), title: "model" };
  return download({ ...wanted, ...(checksum === null ? {} : { integrity: checksum }) }, { ...quick, ...settings });
}

async function partBytes(): Promise<number> {
  const part = (await readdir(join(folder, "deep"))).find((name) => name.endsWith(".part"));
  return part === undefined ? 0 : (await stat(join(folder, "deep", part))).size;
}

async function expectWhole(): Promise<void> {
  expect(Buffer.compare(await readFile(to()), bytes)).toBe(0);
  expect(await readdir(join(folder, "deep"))).toEqual(["model.bin"]);
}

/** What a process left behind that was killed; its number is that of none. */
async function leave(part: Uint8Array, validator: string, pid = 2 ** 22 + 1): Promise<void> {
  await mkdir(join(folder, "deep"), { recursive: true });
  await writeFile(`${to()}.${Buffer.from(validator).toString("base64url")}.${pid}.part`, part);
}

test("a file comes whole, with progress in bytes, and leaves nothing beside it", async () => {
  server.files.set("model.bin", { bytes });
  await get();
  await expectWhole();
  expect(updates[0]).toMatchObject({
    title: "Downloading model",
    detail: expect.stringMatching(/ of 0\.3 MB/) as string,
  });
  expect(updates.at(-1)).toMatchObject({ fraction: 1, detail: "done" });
});

test("a connection that breaks is taken up where it broke", async () => {
  const beforeCut = (sent: number) => expect.poll(partBytes, { interval: 5, timeout: 10_000 }).toBe(sent);
  server.files.set("model.bin", { bytes, cuts: [100_000, 50_000], beforeCut });
  await get();
  await expectWhole();
  expect(server.log.map(({ range }) => range)).toEqual([undefined, "bytes=100000-", "bytes=150000-"]);
});

test("what a killed process left is taken up; what a living one is writing is not touched", async () => {
  server.files.set("model.bin", { bytes, etag: '"v1"' });
  await leave(bytes.subarray(0, 120_000), '"v1"');
  await get();
  await expectWhole();
  expect(server.log).toMatchObject([{ range: "bytes=120000-", status: 206 }]);

  await rm(to());
  await leave(bytes.subarray(0, 200_000), '"v1"', process.ppid);
  await get();
  expect(server.log[1]).toMatchObject({ range: undefined, status: 200 });
  expect((await readdir(join(folder, "deep"))).length).toBe(2);
});

test("of a file that has changed meanwhile nothing old is kept", async () => {
  server.files.set("model.bin", { bytes, etag: '"v2"' });
  await leave(new Uint8Array(120_000), '"v1"');
  await get({}, null);
  await expectWhole();
  expect(server.log).toMatchObject([{ range: "bytes=120000-", status: 200 }]);
});

test("halves that do not belong together are met by the checksum, and the file comes anew", async () => {
  server.files.set("model.bin", { bytes, etag: undefined });
  await leave(new Uint8Array(120_000), "");
  await get();
  await expectWhole();
  expect(server.log.map(({ range }) => range)).toEqual(["bytes=120000-", undefined]);
});

test("without a checksum or a validator nothing is taken up", async () => {
  server.files.set("model.bin", { bytes, etag: undefined });
  await leave(new Uint8Array(120_000), "");
  await get({}, null);
  await expectWhole();
  expect(server.log.map(({ range }) => range)).toEqual([undefined]);
});

test("a part that had come whole is not fetched again; one that is too long is", async () => {
  server.files.set("model.bin", { bytes, etag: '"v1"' });
  await leave(bytes, '"v1"');
  await get();
  await expectWhole();
  expect(server.log).toMatchObject([{ status: 416 }]);
  await rm(to());
  await leave(new Uint8Array(400_000), '"v1"');
  await get();
  await expectWhole();
});

test("a server without ranges sends all of it again", async () => {
  server.files.set("model.bin", { bytes, ranges: false, cuts: [100_000] });
  await get();
  await expectWhole();
});

test("a server that is busy is asked again", async () => {
  let asked = 0;
  server.files.set("model.bin", (_, response) => {
    if (++asked < 3) response.writeHead(503, { "retry-after": "0" }).end();
    else response.end(bytes);
  });
  await get();
  await expectWhole();
});

test("redirects are followed on this machine, and not to plain http: elsewhere or in a circle", async () => {
  server.files.set("model.bin", (_, response) => response.writeHead(302, { location: "/there" }).end());
  server.files.set("there", { bytes });
  await get();
  await expectWhole();
  await rm(to());
  for (const location of ["http://example.org/model.bin", "/model.bin"]) {
    server.files.set("model.bin", (_, response) => response.writeHead(302, { location }).end());
    await expect(get()).rejects.toMatchObject({ code: "backbone/redirect" });
  }
});

test("two loads at once are one download", async () => {
  server.files.set("model.bin", { bytes });
  await Promise.all([get(), get()]);
  await expectWhole();
  expect(server.log.length).toBe(1);
});

test("an interrupt stops it within a moment, and the next load goes on", async () => {
  server.files.set("model.bin", { bytes, cuts: [100_000], silent: true });
  const loading = get({ stallMs: 30_000 });
  loading.catch(() => undefined);
  await expect.poll(partBytes, { interval: 5, timeout: 10_000 }).toBe(100_000);
  Atomics.store(labHost().interruptFlag, 0, 1);
  await expect(loading).rejects.toBeInstanceOf(InterruptedError);
  expect(updates.at(-1)).toMatchObject({ fraction: 1, detail: "interrupted" });
  Atomics.store(labHost().interruptFlag, 0, 0);
  await get();
  await expectWhole();
  expect(server.log.at(-1)).toMatchObject({ range: "bytes=100000-" });
});

test.each<[string, Parameters<FileServer["files"]["set"]>[1], Partial<DownloadSettings>, string]>([
  ["backbone/not-found", (_, response) => response.writeHead(404).end(), {}, "status 404 from 127.0.0.1"],
  ["backbone/download-refused", (_, response) => response.writeHead(403).end(), {}, "status 403 from 127.0.0.1"],
  ["backbone/checksum", { bytes: new Uint8Array(5) }, {}, "sha512-"],
  ["backbone/download-interrupted", { bytes, cuts: [10, 0, 0, 0, 0] }, {}, "a connection that broke after"],
  [
    "backbone/download-timeout",
    { bytes, cuts: [10, 0, 0, 0], silent: true },
    { stallMs: 50 },
    "nothing more from 127.0.0.1",
  ],
  ["backbone/disk-full", { bytes }, { freeBytes: () => Promise.resolve(1000) }, "0.0 MB free, where 0.3 MB are"],
])("%s", async (code, file, settings, found) => {
  server.files.set("model.bin", file);
  await expect(get(settings)).rejects.toMatchObject({ code, found: expect.stringContaining(found) as string });
  expect(await readdir(join(folder, "deep"))).not.toContain("model.bin");
});

test("without a connection the file, its address and its place are named", async () => {
  await server.close();
  await expect(get()).rejects.toMatchObject({
    code: "backbone/offline",
    expected: `the file ${server.url}model.bin`,
    remedy: `Connect to the internet and load it again, or put the file by hand at ${to()}`,
  });
  server = await serveFiles();
});

test("a place that is no folder is told as such", async () => {
  server.files.set("model.bin", { bytes });
  await writeFile(join(folder, "deep"), "a file");
  await expect(get()).rejects.toMatchObject({ code: expect.stringMatching(/^backbone\//) as string });
  await rm(join(folder, "deep"));
});

test("plain http: is for this machine", async () => {
  const wanted = { url: "http://example.org/model.bin", to: to(), title: "model" };
  await expect(download(wanted, quick)).rejects.toMatchObject({ code: "backbone/insecure-address" });
});
