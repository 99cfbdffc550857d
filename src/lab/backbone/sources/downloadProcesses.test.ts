/** Processes that fetch the same file: killed at any moment, and at once. */
import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FileServer, serveFiles } from "./testing/fileServer";

const bytes = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i * 31) % 251);
const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
const piece = 20_000;

const program = `
import { download } from "./download.mjs";
download(JSON.parse(process.argv[2])).then(
  () => process.exit(0),
  (error) => { console.error(error); process.exit(1); },
);
`;

let server: FileServer;
let folder: string;
let sent = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-fetching-"));
  server = await serveFiles();
  server.files.set("model.bin", (request, response) => void drip(request, response));
  await build({
    entryPoints: [join(import.meta.dirname, "download.ts")],
    outfile: join(folder, "download.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
  });
  await writeFile(join(folder, "program.mjs"), program);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** A piece every few milliseconds, so that a process is met in the midst. */
async function drip(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    etag: '"one"',
    "content-length": bytes.length - from,
    ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  for (let at = from; at < bytes.length && !response.destroyed; at += piece) {
    const part = bytes.subarray(at, at + piece);
    response.write(part);
    sent += part.length;
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  response.end();
}

function fetching(to: string): ChildProcess {
  const wanted = { url: `${server.url}model.bin`, to, title: "model", integrity };
  return fork(join(folder, "program.mjs"), [JSON.stringify(wanted)], { stdio: "inherit" });
}

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

test("killed again and again, each goes on where the one before was, and the file is whole in the end", async () => {
  const to = join(folder, "killed", "model.bin");
  sent = 0;
  for (const upTo of [0.15, 0.3, 0.45]) {
    const child = fetching(to);
    await expect.poll(() => sent, { interval: 2, timeout: 30_000 }).toBeGreaterThan(upTo * bytes.length);
    child.kill("SIGKILL");
    await ended(child);
    expect((await readdir(join(folder, "killed"))).every((name) => name.endsWith(".part"))).toBe(true);
  }
  expect(await ended(fetching(to))).toBe(0);
  expect(Buffer.compare(await readFile(to), bytes)).toBe(0);
  expect(await readdir(join(folder, "killed"))).toEqual(["model.bin"]);
  // What was on its way when a process ended is sent twice, no more.
  expect(sent).toBeLessThan(1.7 * bytes.length);
});

test("two at once: both end well, and the file is whole", async () => {
  const to = join(folder, "both", "model.bin");
  const codes = await Promise.all([fetching(to), fetching(to)].map(ended));
  expect(codes).toEqual([0, 0]);
  expect(Buffer.compare(await readFile(to), bytes)).toBe(0);
  expect(await readdir(join(folder, "both"))).toEqual(["model.bin"]);
});
