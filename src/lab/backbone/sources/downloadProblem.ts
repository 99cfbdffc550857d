/** What can go wrong with a download, in words. */
import { GraftError } from "../../../shared/graftError";
import { proxyRefusal } from "./proxyFetch";

export interface Wanted {
  readonly url: string;
  /** Where the file comes to lie. */
  readonly to: string;
}

/** The server answered, but not with the file. */
export class StatusError extends Error {
  readonly status: number;
  /** From `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, retryAfter: string | null) {
    super(`status ${status}`);
    this.status = status;
    const seconds = Number(retryAfter ?? Number.NaN);
    this.retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  }
}

/** Nothing came for so long that nothing will. */
export class StalledError extends Error {
  readonly code = "ETIMEDOUT";
}

export interface DownloadProblem {
  /** True: worth another try. */
  readonly transient: boolean;
  readonly error: GraftError;
}

const noConnection = ["ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "ECONNREFUSED"];
const timeouts = ["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"];
const certificates = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;

export function downloadProblem(wanted: Wanted, cause: unknown, bytes: number): DownloadProblem {
  if (cause instanceof GraftError) return { transient: false, error: cause };
  if (cause instanceof StatusError) return statusProblem(wanted, cause);
  const code = codeOf(cause);
  const because = (remedy: string, kind: string, found: string): GraftError =>
    new GraftError({ code: `backbone/${kind}`, expected: `the file ${wanted.url}`, found, remedy, cause });
  const refusal = proxyRefusal(cause);
  if (refusal !== undefined) {
    return {
      transient: refusal >= 500,
      error: because(
        refusal === 407
          ? "Put name and password into the proxy's address: http://name:password@proxy.example.org:8080"
          : `Check HTTPS_PROXY and NO_PROXY, or put the file by hand at ${wanted.to}`,
        "proxy",
        `status ${refusal} from the proxy that HTTPS_PROXY or HTTP_PROXY names`,
      ),
    };
  }
  if (noConnection.includes(code)) {
    return {
      transient: code === "EAI_AGAIN",
      error: because(
        `Connect to the internet and load it again, or put the file by hand at ${wanted.to}`,
        "offline",
        `no connection to ${hostOf(wanted.url)} (${code})`,
      ),
    };
  }
  if (certificates.test(code)) {
    return {
      transient: false,
      error: because(
        `Check the date of this machine; behind a proxy that opens connections set NODE_EXTRA_CA_CERTS to its certificate. Or put the file by hand at ${wanted.to}`,
        "certificate",
        `a certificate of ${hostOf(wanted.url)} that is not trusted (${code})`,
      ),
    };
  }
  if (code === "ENOSPC" || code === "EDQUOT")
    return { transient: false, error: diskFull(wanted, "a full disk", cause) };
  if (["EACCES", "EPERM", "EROFS"].includes(code)) {
    return {
      transient: false,
      error: new GraftError({
        code: "backbone/cache-permission",
        expected: `permission to write ${wanted.to}`,
        found: (cause as Error).message,
        remedy: "Give yourself the right to write there, or set the environment variable GRAFT_CACHE to another folder",
        cause,
      }),
    };
  }
  if (timeouts.includes(code)) {
    return {
      transient: true,
      error: because(
        `Load it again: it goes on from there. Or put the file by hand at ${wanted.to}`,
        "download-timeout",
        `nothing more from ${hostOf(wanted.url)} after ${bytes} bytes`,
      ),
    };
  }
  return {
    transient: true,
    error: because(
      "Load it again: it goes on from there",
      "download-interrupted",
      `a connection that broke after ${bytes} bytes (${code || (cause as Error).message})`,
    ),
  };
}

function statusProblem({ url, to }: Wanted, cause: StatusError): DownloadProblem {
  const { status } = cause;
  const missing = status === 404 || status === 410;
  return {
    transient: status >= 500 || [408, 416, 425, 429].includes(status),
    error: new GraftError({
      code: missing ? "backbone/not-found" : "backbone/download-refused",
      expected: `the file ${url}`,
      found: `status ${status} from ${hostOf(url)}`,
      remedy: missing
        ? "Check the address; the file is not there, or no longer"
        : `Try again later, or get the file another way and put it at ${to}`,
      cause,
    }),
  };
}

export function diskFull({ url, to }: Wanted, found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "backbone/disk-full",
    expected: `room for ${url} at ${to}`,
    found,
    remedy: "Free some space, or set the environment variable GRAFT_CACHE to a folder on another disk",
    cause,
  });
}

export function checksumDiffers({ url, to }: Wanted, expected: string, found: string): GraftError {
  return new GraftError({
    code: "backbone/checksum",
    expected: `${url} with the checksum ${shortened(expected)}`,
    found: shortened(found),
    remedy: `It was not kept. Load it again; if it differs again, somebody has changed the file, or something on the way to ${to} changes it`,
  });
}

export function refusedRedirect(url: string, found: string): GraftError {
  return new GraftError({
    code: "backbone/redirect",
    expected: `the file ${url}, or a redirect to another https: address`,
    found,
    remedy: "Give the address that the file really has",
  });
}

function shortened(integrity: string): string {
  return `${integrity.slice(0, 20)}…`;
}

/** Of the error or of what it wraps, as `fetch` does. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === "string") return code;
  return cause instanceof Error ? codeOf(cause) : "";
}

function hostOf(url: string): string {
  return new URL(url).host;
}
