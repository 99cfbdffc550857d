/**
 * A Jupyter Server somewhere: which kernels run there and which could be started, over its REST interface. Every failure
 * says whether the address, the token or the server is to blame.
 */
import { KernelAPI, KernelSpecAPI, ServerConnection } from "@jupyterlab/services";
import { GraftError } from "../shared/graftError";
import { serverSettings } from "./kernelClient";

export interface JupyterServer {
  /** With a trailing slash: `"http://gpu-box:8888/"`, `"https://hub.example.org/user/ada/"`. */
  readonly url: string;
  /** Empty: the server asks for none. */
  readonly token: string;
}

export interface ServerKernel {
  readonly id: string;
  /** Of its kernelspec: `"graft"`. */
  readonly name: string;
  /** `"idle"`, `"busy"`, `"starting"`, … */
  readonly state: string;
  /** ISO 8601. */
  readonly lastActivity: string | undefined;
  readonly connections: number;
}

export interface ServerKernelSpec {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
}

export interface ServerContents {
  readonly kernels: readonly ServerKernel[];
  /** The server's default first. */
  readonly specs: readonly ServerKernelSpec[];
}

/** Name of Graft's kernelspec. */
export const GRAFT_KERNELSPEC = "graft";

/** Pages of Jupyter's own front ends, which people copy from their browser. */
const frontEndPath = /\/(?:lab|tree|notebooks|retro|doc|edit|terminals|login)(?:\/.*)?$/;

/**
 * Understands what a server prints at its start and what stands in a browser's address bar. Throws `server/bad-url`.
 */
export function parseServerUrl(text: string): { readonly url: string; readonly token: string | undefined } {
  const trimmed = text.trim();
  const withScheme = /^[a-z]+:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") {
    throw new GraftError({
      code: "server/bad-url",
      expected: "the address of a Jupyter Server, like http://localhost:8888/?token=…",
      found: trimmed === "" ? "nothing" : trimmed,
      remedy: "Copy the address that `jupyter server list` prints",
    });
  }
  const path = url.pathname.replace(frontEndPath, "").replace(/\/*$/, "/");
  return { url: `${url.origin}${path}`, token: url.searchParams.get("token") ?? undefined };
}

/** Throws `server/unreachable`, `server/wrong-token` or `server/not-jupyter`. */
export async function readServer(server: JupyterServer): Promise<ServerContents> {
  const settings = serverSettings(server);
  await reach(server.url);
  return explained(server, async () => {
    const [kernels, specs] = await Promise.all([KernelAPI.listRunning(settings), KernelSpecAPI.getSpecs(settings)]);
    return {
      kernels: kernels.map(({ id, name, execution_state, last_activity, connections }) => ({
        id,
        name,
        state: execution_state ?? "unknown",
        lastActivity: last_activity,
        connections: connections ?? 0,
      })),
      specs: Object.values(specs.kernelspecs)
        .filter((spec) => spec !== undefined)
        .map(({ name, display_name, language }) => ({ name, displayName: display_name, language }))
        .sort((a, b) => Number(b.name === specs.default) - Number(a.name === specs.default)),
    };
  });
}

/** Starts a kernel there and gives its id. Throws as `readServer`, and `server/no-kernelspec`. */
export async function startServerKernel(server: JupyterServer, name: string): Promise<string> {
  const { specs } = await readServer(server);
  if (!specs.some((spec) => spec.name === name)) {
    throw noKernelspec(server, name, specs);
  }
  return explained(server, async () => (await KernelAPI.startNew({ name }, serverSettings(server))).id);
}

export function noKernelspec({ url }: JupyterServer, name: string, specs: readonly ServerKernelSpec[]): GraftError {
  const there = specs.map((spec) => spec.displayName).join(", ");
  return new GraftError({
    code: "server/no-kernelspec",
    expected: `the kernel "${name}" at ${url}`,
    found: there === "" ? "no kernels that could be started" : `only ${there}`,
    remedy: `Install it on that machine with: graft kernelspec install`,
  });
}

/** True while the server knows this kernel. Throws as `readServer`. */
export function hasKernel(server: JupyterServer, id: string): Promise<boolean> {
  return explained(server, async () => (await KernelAPI.getKernelModel(id, serverSettings(server))) !== undefined);
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listening there (ECONNREFUSED)",
  ENOTFOUND: "no host of that name (ENOTFOUND)",
  EAI_AGAIN: "no host of that name (EAI_AGAIN)",
  EHOSTUNREACH: "no way to that host (EHOSTUNREACH)",
  UND_ERR_CONNECT_TIMEOUT: "no answer within ten seconds",
  ECONNRESET: "a connection that was closed at once (ECONNRESET)",
  DEPTH_ZERO_SELF_SIGNED_CERT: "a certificate that its own server has signed; NODE_EXTRA_CA_CERTS makes it known here",
  SELF_SIGNED_CERT_IN_CHAIN: "a certificate that this machine does not trust; NODE_EXTRA_CA_CERTS makes it known here",
};

/** The library's own errors leave out why a server could not be reached. */
async function reach(url: string): Promise<void> {
  try {
    await fetch(`${url}api`);
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly code?: string; readonly message?: string } };
    throw unreachable(url, reasons[cause?.code ?? ""] ?? cause?.code ?? cause?.message ?? "nobody that answers", error);
  }
}

async function explained<T>(server: JupyterServer, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw explain(server, error);
  }
}

function explain({ url, token }: JupyterServer, error: unknown): GraftError {
  if (error instanceof ServerConnection.ResponseError) {
    const { status } = error.response;
    if (status === 401 || status === 403) {
      return new GraftError({
        code: "server/wrong-token",
        expected: `${url} to accept the token`,
        found: token === "" ? `that it wants one, and none was given (${status})` : `a refusal (${status})`,
        remedy: "Copy the token that `jupyter server list` prints on that machine",
        cause: error,
      });
    }
    return new GraftError({
      code: "server/refused",
      expected: `${url} to do what was asked`,
      found: `${status}: ${error.message}`,
      remedy: status === 404 ? "Check the address: it must be a Jupyter Server's" : "Look at that server's log",
      cause: error,
    });
  }
  if (error instanceof ServerConnection.NetworkError) {
    return unreachable(url, "nobody that answers", error);
  }
  return new GraftError({
    code: "server/not-jupyter",
    expected: `a Jupyter Server at ${url}`,
    found: `an answer of something else (${error instanceof Error ? error.message : String(error)})`,
    remedy: "Check the address: it must be a Jupyter Server's",
    cause: error,
  });
}

function unreachable(url: string, found: string, cause: unknown): GraftError {
  return new GraftError({
    code: "server/unreachable",
    expected: `a Jupyter Server at ${url}`,
    found,
    remedy: "Check the address, and that the server runs and can be reached from this machine",
    cause,
  });
}
