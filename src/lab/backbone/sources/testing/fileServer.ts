/** A server on this machine with files, ranges, and every way in which a download goes wrong. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServedFile {
  readonly bytes: Uint8Array;
  /** Default true. */
  readonly ranges?: boolean;
  /** Default: from the bytes; undefined sends none. */
  readonly etag?: string | undefined;
  /** Of the following answers, each ends after so many bytes; the last of them have no end. */
  readonly cuts?: number[];
  /** After the cut nothing comes, and the connection stays. */
  readonly silent?: boolean;
  /** Awaited before a connection is cut, with the bytes that have been sent by then: what is on its way when it breaks is lost. */
  readonly beforeCut?: (sent: number) => Promise<void>;
}

export interface FileServer {
  /** Ends with a slash. */
  readonly url: string;
  readonly files: Map<string, ServedFile | ((request: IncomingMessage, response: ServerResponse) => void)>;
  /** Path, range and status of each request. */
  readonly log: { readonly path: string; readonly range: string | undefined; readonly status: number }[];
  close(): Promise<void>;
}

export async function serveFiles(): Promise<FileServer> {
  const files: FileServer["files"] = new Map();
  const log: FileServer["log"] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.slice(1));
    response.on("close", () => log.push({ path, range: request.headers.range, status: response.statusCode }));
    const file = files.get(path);
    if (file === undefined) response.writeHead(404).end();
    else if (typeof file === "function") file(request, response);
    else send(file, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    files,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(file: ServedFile, request: IncomingMessage, response: ServerResponse): void {
  const { bytes, ranges = true, cuts = [], silent = false, beforeCut } = file;
  const etag = "etag" in file ? file.etag : `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`;
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const condition = request.headers["if-range"];
  const from = ranges && asked && (condition === undefined || condition === etag) ? Number(asked[1]) : 0;
  const headers = etag === undefined ? {} : { etag };
  if (from >= bytes.length && from > 0) {
    response.writeHead(416, { ...headers, "content-range": `bytes */${bytes.length}` }).end();
    return;
  }
  response.writeHead(from > 0 ? 206 : 200, {
    ...headers,
    "content-length": bytes.length - from,
    ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  const cut = cuts.shift();
  if (cut === undefined) response.end(bytes.subarray(from));
  else {
    response.write(bytes.subarray(from, from + cut), () => {
      if (!silent) void (beforeCut?.(from + cut) ?? Promise.resolve()).then(() => response.destroy());
    });
  }
}
