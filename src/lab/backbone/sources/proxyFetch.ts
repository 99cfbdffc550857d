import { GraftError } from "../../../shared/graftError";

const variables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];
let made: { readonly settings: string; readonly fetch: typeof fetch } | undefined;

/**
 * `fetch` through the proxy that the environment names, as curl and npm have it. Node's own knows none before Node 24, so where there is one it
 * is undici's.
 *
 * @throws GraftError `backbone/proxy` for a proxy that is no address.
 */
export async function proxyFetch(): Promise<typeof fetch> {
  const proxy = namedProxy();
  if (proxy === undefined) return fetch;
  const settings = variables.map((name) => process.env[name] ?? "").join("\n");
  if (made?.settings === settings) return made.fetch;
  const { EnvHttpProxyAgent, fetch: undiciFetch } = await import("undici");
  try {
    const dispatcher = new EnvHttpProxyAgent();
    const through = (url: string, init: object) => undiciFetch(url, { ...init, dispatcher });
    made = { settings, fetch: through as unknown as typeof fetch };
    return made.fetch;
  } catch (cause) {
    throw new GraftError({
      code: "backbone/proxy",
      expected: "the address of a proxy in HTTPS_PROXY and HTTP_PROXY, such as http://proxy.example.org:8080",
      found: `"${proxy}"`,
      remedy: "Correct the environment variable, or remove it where there is no proxy",
      cause,
    });
  }
}

/** As the environment has it; undefined where it names none. */
function namedProxy(): string | undefined {
  return variables
    .slice(0, 4)
    .map((name) => process.env[name])
    .find(Boolean);
}

/** Where the proxy itself refused: the status with which it did. */
export function proxyRefusal(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const status = /^Proxy response \((\d+)\)/.exec(error.message)?.[1];
  return status === undefined ? proxyRefusal(error.cause) : Number(status);
}
