/** Finds a Chromium for the host tests, or fetches Debian's where that is possible. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { GraftError } from "../src/shared/graftError";
import { step } from "../src/cli/progress";
import { mustRun } from "../src/cli/runProgram";

/** For headless use in tests, also as root and without a graphics card. */
export const chromiumFlags: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const wellKnown = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * `$CHROME_PATH`, then what is on PATH or in its usual place, then Debian's package when this is root on Debian.
 * Throws `script/no-chromium`.
 */
export async function findChromium(): Promise<string> {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && named !== "") {
    if (await isExecutable(named)) return named;
    throw noChromium(`no program at CHROME_PATH, ${named}`);
  }
  const found = await search();
  if (found !== undefined) return found;
  const canInstall = process.getuid?.() === 0 && (await isExecutable("/usr/bin/apt-get"));
  if (!canInstall) throw noChromium("none on PATH, and no right to install Debian's");
  await step("installing Debian's chromium (once)", async () => {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await mustRun("apt-get", ["update", "-qq"], { env });
    await mustRun("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], {
      env,
    });
  }).catch((error: unknown) => {
    throw noChromium("none on PATH, and apt-get could not install it", error);
  });
  const installed = await search();
  if (installed === undefined) throw noChromium("none on PATH even after apt-get installed it");
  return installed;
}

async function search(): Promise<string | undefined> {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const file of [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...wellKnown]) {
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function noChromium(found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "script/no-chromium",
    expected: "Chromium or Chrome, which the host tests drive",
    found,
    remedy: "Install it, or name one in the environment variable CHROME_PATH, and run this again",
    ...(cause === undefined ? {} : { cause }),
  });
}
