import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { hasKernel, parseServerUrl, readServer, startServerKernel } from "./jupyterServer";

describe("parseServerUrl", () => {
  it.each([
    ["http://localhost:8888/?token=abc", "http://localhost:8888/", "abc"],
    ["http://127.0.0.1:8888/lab?token=abc", "http://127.0.0.1:8888/", "abc"],
    ["http://127.0.0.1:8888/lab/tree/deep/notebook.ipynb?token=abc", "http://127.0.0.1:8888/", "abc"],
    ["http://127.0.0.1:8888/tree", "http://127.0.0.1:8888/", undefined],
    ["https://hub.example.org/user/ada/lab", "https://hub.example.org/user/ada/", undefined],
    ["https://hub.example.org/user/ada", "https://hub.example.org/user/ada/", undefined],
    ["gpu-box:8888", "http://gpu-box:8888/", undefined],
    ["  http://localhost:8888/?token=abc  ", "http://localhost:8888/", "abc"],
  ])("%s", (text, url, token) => {
    expect(parseServerUrl(text)).toEqual({ url, token });
  });

  it.each(["", "   ", "ftp://example.org/", "http://", "file:///tmp"])("refuses %j", (text) => {
    expect(() => parseServerUrl(text)).toThrow(expect.objectContaining({ code: "server/bad-url" }) as Error);
  });
});

describe("a server", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** Answers each path with a status and a body; everything else with 404. */
  async function serve(routes: Readonly<Record<string, readonly [number, unknown]>>): Promise<string> {
    server = createServer((request, response) => {
      const [status, body] = routes[`${request.method} ${new URL(request.url ?? "/", "http://x").pathname}`] ?? [
        404,
        {},
      ];
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  const specs = {
    default: "python3",
    kernelspecs: {
      graft: {
        name: "graft",
        spec: { argv: [], display_name: "Graft (TypeScript)", language: "typescript" },
        resources: {},
      },
      python3: { name: "python3", spec: { argv: [], display_name: "Python 3", language: "python" }, resources: {} },
    },
  };
  const model = {
    id: "k1",
    name: "graft",
    execution_state: "idle",
    last_activity: "2026-01-01T00:00:00Z",
    connections: 2,
  };
  const usual = {
    "GET /api": [200, { version: "2" }],
    "GET /api/kernels": [200, [model]],
    "GET /api/kernelspecs": [200, specs],
    "GET /api/kernels/k1": [200, model],
    "POST /api/kernels": [201, { ...model, id: "k2" }],
  } as const;

  it("lists what runs and what could be started, its default first", async () => {
    const url = await serve(usual);
    expect(await readServer({ url, token: "t" })).toEqual({
      kernels: [{ id: "k1", name: "graft", state: "idle", lastActivity: "2026-01-01T00:00:00Z", connections: 2 }],
      specs: [
        { name: "python3", displayName: "Python 3", language: "python" },
        { name: "graft", displayName: "Graft (TypeScript)", language: "typescript" },
      ],
    });
    expect(await hasKernel({ url, token: "t" }, "k1")).toBe(true);
    expect(await hasKernel({ url, token: "t" }, "gone")).toBe(false);
    expect(await startServerKernel({ url, token: "t" }, "graft")).toBe("k2");
  });

  it.each([
    [
      "refuses the token",
      { ...usual, "GET /api/kernels": [403, { message: "Forbidden" }] },
      "t",
      "server/wrong-token",
      "a refusal",
    ],
    ["wants a token", { ...usual, "GET /api/kernels": [401, {}] }, "", "server/wrong-token", "none was given"],
    ["is something else", { "GET /api": [200, "<html>"] }, "t", "server/refused", "404"],
    ["speaks HTML", { ...usual, "GET /api/kernels": [200, "<html>"] }, "t", "server/not-jupyter", "something else"],
    ["fails", { ...usual, "GET /api/kernelspecs": [500, { message: "boom" }] }, "t", "server/refused", "boom"],
  ] as const)("that %s says so", async (_, routes, token, code, text) => {
    const url = await serve(routes);
    const reading = readServer({ url, token });
    await expect(reading).rejects.toMatchObject({ code });
    await expect(reading).rejects.toThrow(text);
  });

  it("that is not there says so", async () => {
    const url = await serve(usual);
    await new Promise((resolve) => server!.close(resolve));
    await expect(readServer({ url, token: "t" })).rejects.toMatchObject({ code: "server/unreachable" });
    await expect(readServer({ url, token: "t" })).rejects.toThrow("nobody listening there");
  });

  it("without Graft says how to install it", async () => {
    const others = { python3: specs.kernelspecs.python3 };
    const url = await serve({ ...usual, "GET /api/kernelspecs": [200, { ...specs, kernelspecs: others }] });
    const starting = startServerKernel({ url, token: "t" }, "graft");
    await expect(starting).rejects.toMatchObject({ code: "server/no-kernelspec" });
    await expect(starting).rejects.toThrow("only Python 3. Install it on that machine with: graft kernelspec install");
  });
});
