import { expect, test } from "vitest";
import { downloadProblem, StatusError } from "./downloadProblem";

const wanted = { url: "https://example.org/model.bin", to: "/cache/model.bin" };

/** As `fetch` throws it, around what really happened. */
function fetchFailed(code: string): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(`what ${code} means`), { code }) });
}

test.each([
  ["ENOTFOUND", "backbone/offline", false],
  ["EAI_AGAIN", "backbone/offline", true],
  ["ECONNREFUSED", "backbone/offline", false],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "backbone/certificate", false],
  ["SELF_SIGNED_CERT_IN_CHAIN", "backbone/certificate", false],
  ["CERT_HAS_EXPIRED", "backbone/certificate", false],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "backbone/certificate", false],
  ["ENOSPC", "backbone/disk-full", false],
  ["EACCES", "backbone/cache-permission", false],
  ["UND_ERR_CONNECT_TIMEOUT", "backbone/download-timeout", true],
  ["ECONNRESET", "backbone/download-interrupted", true],
  ["UND_ERR_SOCKET", "backbone/download-interrupted", true],
])("%s: %s, another try: %s", (code, expected, transient) => {
  const problem = downloadProblem(wanted, fetchFailed(code), 17);
  expect(problem).toMatchObject({ transient, error: { code: expected } });
  expect(problem.error.message).toContain("model.bin");
});

test.each([
  [404, "backbone/not-found", false],
  [410, "backbone/not-found", false],
  [401, "backbone/download-refused", false],
  [429, "backbone/download-refused", true],
  [503, "backbone/download-refused", true],
])("status %i: %s, another try: %s", (status, expected, transient) => {
  const problem = downloadProblem(wanted, new StatusError(status, null), 0);
  expect(problem).toMatchObject({ transient, error: { code: expected } });
});
