/** Graft's kernel behind a real Jupyter Server, through the client that the extension and the command line use. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CellOutput } from "../../../src/protocol/cellOutput";
import { isAlive } from "../../../src/protocol/kernelAddress";
import { KernelClient } from "../../../src/protocol/kernelClient";
import { eventually, printedIn } from "../testKernel";
import { startJupyterServer, type JupyterServer } from "./jupyterServer";
import { jupyterHome, setUpTimeoutMs, type JupyterHome } from "./pythonPeers";

let home: JupyterHome;
let server: JupyterServer;
/** Process ids of all kernels that were seen here. */
const pids = new Set<number>();

beforeAll(async () => {
  home = await jupyterHome();
  server = await startJupyterServer(home);
}, setUpTimeoutMs);
afterAll(async () => {
  await server.end();
  home.dispose();
  await eventually(() => ([...pids].every((pid) => !isAlive(pid)) ? true : undefined));
});

async function startKernel(): Promise<string> {
  const { id } = (await server.ask("POST", "api/kernels", { name: "graft" })) as { readonly id: string };
  return id;
}

const connect = (kernelId: string): Promise<KernelClient> =>
  KernelClient.connect({ url: server.url, token: server.token, kernelId });

interface Ran {
  readonly status: string;
  readonly outputs: readonly CellOutput[];
}

async function run(client: KernelClient, code: string): Promise<Ran> {
  const outputs: CellOutput[] = [];
  const { status } = await client.execute(code, { onOutput: (output) => void outputs.push(output) }).done;
  return { status, outputs };
}

async function value(client: KernelClient, code: string): Promise<string> {
  const { status, outputs } = await run(client, code);
  const result = outputs.find((output) => output.kind === "result");
  return result === undefined ? status : String(result.data["text/plain"]);
}

async function pidOf(client: KernelClient): Promise<number> {
  const pid = Number(await value(client, "process.pid"));
  pids.add(pid);
  return pid;
}

it("lists the kernel with its logo", async () => {
  const { kernelspecs } = (await server.ask("GET", "api/kernelspecs")) as {
    readonly kernelspecs: Readonly<Record<string, { readonly spec: object; readonly resources: object }>>;
  };
  expect(kernelspecs.graft).toMatchObject({
    spec: { display_name: "Graft (TypeScript)", language: "typescript", interrupt_mode: "message" },
    resources: { "logo-64x64": expect.stringContaining("graft/logo-64x64.png") as unknown },
  });
});

it("starts, runs, keeps its variables, and shuts down", async () => {
  const client = await connect(await startKernel());
  const pid = await pidOf(client);
  const { status, outputs } = await run(client, "let n: number = 20; console.log('printed'); n + 1");
  expect(status).toBe("ok");
  expect(printedIn(outputs)).toBe("printed\n");
  expect(await value(client, "n")).toBe("20");
  expect(await value(client, "process.cwd()")).toBe(`'${home.folder}'`);
  await client.shutdown();
  await eventually(() => (isAlive(pid) ? undefined : true));
  expect(await server.ask("GET", "api/kernels")).toEqual([]);
});

it("interrupts a cell that never yields", async () => {
  const client = await connect(await startKernel());
  await pidOf(client);
  await run(client, "let kept = 3;");
  let printed = "";
  const onOutput = (output: CellOutput): void => void (printed += printedIn([output]));
  const busy = client.execute("console.log('go'); while (true) {}", { onOutput });
  await eventually(() => (printed === "go\n" ? true : undefined));
  await client.interrupt();
  expect(await busy.done).toMatchObject({ status: "error", ename: "InterruptedError" });
  expect(await value(client, "kept")).toBe("3");
  await client.shutdown();
});

it("restarts: a new process without the old variables, for the same client", async () => {
  const client = await connect(await startKernel());
  const before = await pidOf(client);
  await run(client, "let gone = 3;");
  await client.restart();
  const after = await pidOf(client);
  expect(after).not.toBe(before);
  await eventually(() => (isAlive(before) ? undefined : true));
  expect(await value(client, "typeof gone")).toBe("'undefined'");
  await client.shutdown();
});

it("is reached again by another window while a cell runs: nothing that it printed is lost or doubled", async () => {
  const kernelId = await startKernel();
  const first = await connect(kernelId);
  const pid = await pidOf(first);
  const closeSession = first.openSession(() => undefined);
  const code = "for (let i = 0; i < 40; i++) { console.log(i); await new Promise((r) => setTimeout(r, 25)); } 'done'";
  let seen = "";
  const abandoned = first.execute(code, { onOutput: (output) => void (seen += printedIn([output])) });
  abandoned.done.catch(() => undefined);
  await eventually(() => (seen.includes("4\n") ? true : undefined));
  closeSession();
  first.dispose();

  const second = await connect(kernelId);
  const outputs: CellOutput[] = [];
  const resumed = await new Promise<{ readonly done: Promise<{ readonly status: string }> }>((resolve) => {
    second.openSession((message) => {
      if (message.kind === "executions") {
        const kept = message.executions.find(({ executionId }) => executionId === abandoned.id);
        resolve(second.resume(kept!, { onOutput: (output) => void outputs.push(output) }));
      }
    });
  });
  expect(await resumed.done).toMatchObject({ status: "ok" });
  expect(printedIn(outputs)).toBe(Array.from({ length: 40 }, (_, i) => `${i}\n`).join(""));
  expect(outputs.filter(({ kind }) => kind === "result")).toHaveLength(1);
  expect(await pidOf(second)).toBe(pid);
  await second.shutdown();
});

it("ends with its server, even when that is killed", async () => {
  const other = await startJupyterServer(home);
  const { id } = (await other.ask("POST", "api/kernels", { name: "graft" })) as { readonly id: string };
  const client = await KernelClient.connect({ url: other.url, token: other.token, kernelId: id });
  const pid = await pidOf(client);
  client.dispose();
  process.kill(other.pid, "SIGKILL");
  await eventually(() => (isAlive(pid) ? undefined : true));
  await other.end();
});
