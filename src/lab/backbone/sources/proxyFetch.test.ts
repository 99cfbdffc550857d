/** Downloads through a proxy on this machine, as a network has it that lets nobody out otherwise. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { download } from "./download";
import { type FileServer, serveFiles } from "./testing/fileServer";

const bytes = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 31) % 251);
let server: FileServer;
let folder: string;
let proxy: Server;
/** What it was asked to connect to. */
let tunnels: string[];
/** What it answers instead. */
let refusal: number | undefined;

beforeEach(async () => {
  server = await serveFiles();
  server.files.set("model.bin", { bytes });
  folder = await mkdtemp(join(tmpdir(), "graft-proxy-"));
  tunnels = [];
  refusal = undefined;
  proxy = createServer().on("connect", (request, client) => {
    tunnels.push(request.url!);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} Refused\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const target = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.pipe(client).pipe(target);
    });
    target.on("error", () => client.destroy());
    client.on("error", () => target.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  for (const name of ["HTTPS_PROXY", "https_proxy", "http_proxy", "NO_PROXY", "no_proxy"]) vi.stubEnv(name, undefined);
  vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  proxy.closeAllConnections();
  proxy.close();
  await rm(folder, { recursive: true });
});

const get = () =>
  download(
    { url: `${server.url}model.bin`, to: join(folder, "model.bin"), title: "model" },
    { backoffMs: 1, stallMs: 1000, tries: 2 },
  );

test("a file comes through the proxy that the environment names", async () => {
  await get();
  expect(Buffer.compare(await readFile(join(folder, "model.bin")), bytes)).toBe(0);
  expect(new Set(tunnels)).toEqual(new Set([new URL(server.url).host]));
});

test("what NO_PROXY names is fetched without it", async () => {
  vi.stubEnv("NO_PROXY", "example.org,127.0.0.1");
  await get();
  expect(tunnels).toEqual([]);
});

test.each([
  [407, /name and password/],
  [403, /NO_PROXY/],
])("a proxy that answers %i is named, and what to do", async (status, remedy) => {
  refusal = status;
  await expect(get()).rejects.toMatchObject({
    code: "backbone/proxy",
    found: `status ${status} from the proxy that HTTPS_PROXY or HTTP_PROXY names`,
    remedy: expect.stringMatching(remedy) as string,
  });
  expect(tunnels.length).toBe(1);
});

test("a proxy that is no address is named", async () => {
  vi.stubEnv("HTTP_PROXY", "http://:not an address");
  await expect(get()).rejects.toMatchObject({ code: "backbone/proxy", found: '"http://:not an address"' });
});
