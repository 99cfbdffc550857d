/** A screen for programs with windows, on machines without one. */
import { spawn } from "node:child_process";
import { GraftError } from "../../src/shared/graftError";

export interface Display {
  readonly env: Readonly<Record<string, string>>;
  stop(): void;
}

/** The machine's own display, else an Xvfb. Throws `script/no-display` when there is neither. */
export async function startDisplay(): Promise<Display> {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== "linux" || DISPLAY !== undefined || WAYLAND_DISPLAY !== undefined) {
    return { env: {}, stop: () => undefined };
  }
  const child = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const number = await new Promise<string | undefined>((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", () => resolve(undefined));
    child.stdout.once("data", (chunk: Buffer) => resolve(String(chunk).trim()));
  });
  if (number === undefined) {
    throw new GraftError({
      code: "script/no-display",
      expected: "a display, or Xvfb to make one",
      found: "neither DISPLAY nor a working Xvfb",
      remedy: "Install Xvfb (Debian: apt-get install xvfb), or run npm run test:host, which needs no display",
    });
  }
  const env = { DISPLAY: `:${number}` };
  return { env, stop: () => void child.kill("SIGTERM") };
}
