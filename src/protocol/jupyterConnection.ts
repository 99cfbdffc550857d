/**
 * Jupyter's connection file: where a client wants its kernel to listen, and the secret that signs messages
 * (https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files). The client writes it, the kernel reads it.
 */
import { readFileSync } from "node:fs";
import { GraftError } from "../shared/graftError";

export interface JupyterConnection {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: "hmac-sha256";
}

export type JupyterPort = "shell_port" | "iopub_port" | "stdin_port" | "control_port" | "hb_port";

const ports: readonly JupyterPort[] = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"];
const largestPort = 65_535;

/** Throws `kernel/bad-connection-file`, also for a file without a key: unsigned messages are never accepted. */
export function readJupyterConnection(file: string): JupyterConnection {
  const value = parse(file);
  const { transport = "tcp", ip = "127.0.0.1", signature_scheme: scheme = "hmac-sha256" } = value;
  if (transport !== "tcp" && transport !== "ipc") {
    throw bad(file, 'the transport "tcp" or "ipc"', JSON.stringify(transport));
  }
  if (scheme !== "hmac-sha256") {
    throw bad(file, 'the signature scheme "hmac-sha256"', JSON.stringify(scheme));
  }
  if (typeof ip !== "string") {
    throw bad(file, "ip as text", JSON.stringify(ip));
  }
  if (typeof value.key !== "string" || value.key === "") {
    throw bad(file, "a key that signs messages", value.key === "" ? "an empty one" : "none");
  }
  for (const name of ports) {
    const port = value[name];
    if (!(typeof port === "number" && Number.isInteger(port) && port > 0 && port <= largestPort)) {
      throw bad(file, `${name} from 1 to ${largestPort}`, port === undefined ? "none" : JSON.stringify(port));
    }
  }
  return { ...(value as unknown as JupyterConnection), transport, ip, signature_scheme: scheme };
}

/** The address of one socket: `"tcp://127.0.0.1:40123"`. */
export function endpoint({ transport, ip, ...rest }: JupyterConnection, port: JupyterPort): string {
  return `${transport}://${ip}${transport === "tcp" ? ":" : "-"}${rest[port]}`;
}

function parse(file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw bad(file, "a file with JSON", (error as Error).message);
  }
  if (typeof value !== "object" || value === null) {
    throw bad(file, "a JSON object", JSON.stringify(value));
  }
  return value as Readonly<Record<string, unknown>>;
}

function bad(file: string, expected: string, found: string): GraftError {
  return new GraftError({
    code: "kernel/bad-connection-file",
    expected: `${expected} in Jupyter's connection file ${file}`,
    found,
    remedy: "Start the kernel through a Jupyter client, which writes that file",
  });
}
