// The only script that runs before anything is installed, so it is plain JavaScript without dependencies. It makes sure
// that Node is new enough, that npm packages match the lock file and that the build is fresh, then runs dist/scripts/NAME.js.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [name, ...args] = process.argv.slice(2);
const say = (text) => process.stderr.write(`${text}\n`);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  say(`Expected Node 20.19 or newer, but found ${process.versions.node}. Install a newer Node and run this again.`);
  process.exit(1);
}

function run(title, command, commandArgs) {
  const started = Date.now();
  say(`· ${title}`);
  const result = spawnSync(command, commandArgs, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
  });
  if (result.status !== 0) {
    say(`✗ ${title} failed (${result.error?.message ?? `exit code ${result.status}`}). The lines above say why.`);
    if (name === "test") console.log("0 passed, 1 failed");
    process.exit(result.status || 1);
  }
  say(`✓ ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
const lock = createHash("sha256").update(lockText).digest("hex");
const stamp = join(root, "node_modules", ".graft-installed");
const installed = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
if (installed !== `${lock} ${process.platform}-${process.arch}`) {
  // Not `npm ci`: it refuses a lock file that lacks the binaries of other platforms, as one does that was made where the
  // registry has only its own. Where the lock lacks this platform's, the exact versions in package.json have to do.
  const locked = lockText.includes(`binding-${process.platform}-${process.arch}`);
  run("installing npm packages (about a minute the first time)", "npm", [
    "install",
    "--no-save",
    ...(locked ? [] : ["--no-package-lock"]),
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, `${lock} ${process.platform}-${process.arch}`);
}
run("building", process.execPath, [join(root, "esbuild.js")]);

const child = spawn(process.execPath, ["--enable-source-maps", join(root, "dist", "scripts", `${name}.js`), ...args], {
  cwd: root,
  stdio: "inherit",
});
// A terminal sends Ctrl+C to the script as well, so it is not passed on; this process only has to outlive it.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// npm does not pass a SIGTERM on; that it has gone says as much.
const parent = process.ppid;
setInterval(() => process.ppid === parent || child.kill("SIGTERM"), 500).unref();
child.on("exit", (code) => process.exit(code ?? 1));
