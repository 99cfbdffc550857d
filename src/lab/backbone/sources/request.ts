import { GraftError } from "../../../shared/graftError";
import { refusedRedirect } from "./downloadProblem";
import { proxyFetch } from "./proxyFetch";

const mostRedirects = 5;

/**
 * `fetch` that never leaves https: (plain http: is for this machine only), and that gets the bytes as they are stored, so that ranges
 * and lengths count the same.
 *
 * @throws GraftError `backbone/insecure-address`, `backbone/redirect`, `backbone/proxy`.
 */
export async function request(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  requireSafe(url);
  const fetchIt = await proxyFetch();
  let at = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await fetchIt(at, {
      headers: { "accept-encoding": "identity", ...headers },
      redirect: "manual",
      signal,
    });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    at = new URL(location, at).href;
    if (!isSafe(at)) throw refusedRedirect(url, `a redirect to ${at}`);
  }
  throw refusedRedirect(url, `more than ${mostRedirects} redirects, the last to ${at}`);
}

/** @throws GraftError `backbone/insecure-address`. */
export function requireSafe(url: string): void {
  if (isSafe(url)) return;
  throw new GraftError({
    code: "backbone/insecure-address",
    expected: "an https: address, or an http: address on this machine",
    found: url,
    remedy: "Use https:, so that nobody on the way can change the model",
  });
}

function isSafe(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}
