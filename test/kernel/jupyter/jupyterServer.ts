/** A real Jupyter Server on loopback, with a token, in a Jupyter home of its own. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { eventually } from "../testKernel";
import type { JupyterHome } from "./pythonPeers";

export interface JupyterServer {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** Asks its REST API; the answer is parsed JSON, or undefined where there is none. */
  ask(method: string, path: string, body?: object): Promise<unknown>;
  /** Ends it, with its kernels. */
  end(): Promise<void>;
}

export async function startJupyterServer(home: JupyterHome): Promise<JupyterServer> {
  const port = await freePort();
  const token = randomUUID();
  const url = `http://127.0.0.1:${port}/`;
  const options = {
    ip: "127.0.0.1",
    port,
    port_retries: 0,
    token,
    open_browser: "False",
    allow_root: "True",
    root_dir: home.folder,
  };
  const args = Object.entries(options).map(([name, value]) => `--ServerApp.${name}=${value}`);
  const child = spawn(home.python, ["-m", "jupyter_server", ...args], {
    cwd: home.folder,
    env: home.env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  let ended = false;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve())).then(() => void (ended = true));

  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { Authorization: `token ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text}\n${log}`);
    }
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  };
  const isUp = async (): Promise<true | undefined> => {
    if (ended) {
      throw new Error(`The Jupyter Server ended:\n${log}`);
    }
    return ask("GET", "api").then(
      () => true,
      () => undefined, // Not listening yet.
    );
  };
  await eventually(isUp, 60_000);
  return {
    url,
    token,
    pid: child.pid!,
    ask,
    end: async () => {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await exited;
      clearTimeout(late);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await eventually(() => (server.listening ? true : undefined));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
