/** `npm run package`: makes `.vsix` files, one a platform, with the kernel and its engine's binaries for that platform. */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder } from "../src/lab/data/locations";
import { installOnce } from "./installOnce";
import { perPlatform, runtimeFiles } from "./package/runtimeFiles";
import { stageExtension } from "./package/stageExtension";
import { ownTarget, type Target, targetNamed, targets, thisTarget, vsixOf } from "./package/targets";
import { say, step } from "../src/cli/progress";
import { runScript } from "./runScript";
import { inProject } from "./project";
import { mustRun } from "../src/cli/runProgram";

const VSCE_VERSION = "4.1.0";

const help = `npm run package [-- OPTIONS]

Makes dist/package/graft-lab-TARGET.vsix for this platform.

  --target NAME   another platform: ${targets.map(({ name }) => name).join(", ")}; may be given several times
  --all           all of them
  --help          this text

The binaries of other platforms come from the npm registry.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      target: { type: "string", multiple: true, default: [] },
      all: { type: "boolean", default: false },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const vsce = await installVsce();
  const wanted = values.all ? targets : values.target.length === 0 ? [thisTarget()] : values.target.map(targetNamed);
  let failed = 0;
  for (const target of wanted) {
    try {
      const file = await step(`packing for ${target.name}`, () => pack(target, vsce));
      console.log(`${file}  ${megabytes((await stat(file)).size)} MB`);
    } catch (error) {
      if (wanted.length === 1) throw error;
      failed++;
      say((error as Error).message);
    }
  }
  return failed === 0 ? 0 : 1;
}

async function pack(target: Target, vsce: string): Promise<string> {
  const folder = inProject("dist", "package", target.name);
  const files = await runtimeFiles(target, inProject(), await platformPackages(target));
  await stageExtension(folder, files);
  await sizes(files);
  const vsix = vsixOf(target);
  const options = ["--target", target.name, "--out", vsix, "--allow-missing-repository", "--no-rewrite-relative-links"];
  await mustRun(process.execPath, [vsce, "package", ...options], { cwd: folder });
  return vsix;
}

/** The largest packages, for whoever wonders where the megabytes come from. */
async function sizes(files: readonly { readonly from: string; readonly to: string }[]): Promise<void> {
  const byPackage = new Map<string, number>();
  for (const { from, to } of files) {
    const [first = "", second = ""] = to.split("/");
    const name = first.startsWith("@") ? `${first}/${second}` : first;
    byPackage.set(name, (byPackage.get(name) ?? 0) + (await stat(from)).size);
  }
  const largest = [...byPackage].sort(([, a], [, b]) => b - a).slice(0, 8);
  for (const [name, bytes] of largest) say(`    ${megabytes(bytes).padStart(6)} MB  ${name}`);
}

/** A folder whose `node_modules` has the packages that differ between platforms. */
async function platformPackages(target: Target): Promise<string> {
  if (target === ownTarget()) {
    return inProject();
  }
  const manifest = JSON.parse(await readFile(inProject("package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const packages = perPlatform.map((name) => `${name}@${manifest.dependencies[name]}`);
  const folder = join(cacheFolder(), `packages-${target.name}-${packages.join("-").replaceAll(/[^\w.-]/g, "_")}`);
  const platform = [
    `--os=${target.os}`,
    `--cpu=${target.cpu}`,
    ...(target.libc === undefined ? [] : [`--libc=${target.libc}`]),
  ];
  return installOnce(folder, (temporary) => npmInstall(temporary, [...platform, ...packages]));
}

/** Fetched when it is needed: it weighs 100 MB, and only packing uses it. */
async function installVsce(): Promise<string> {
  const folder = join(cacheFolder(), `vsce-${VSCE_VERSION}`);
  await installOnce(folder, (temporary) =>
    step("fetching vsce (100 MB, once)", () => npmInstall(temporary, [`@vscode/vsce@${VSCE_VERSION}`])),
  );
  return join(folder, "node_modules", "@vscode", "vsce", "vsce");
}

async function npmInstall(folder: string, parameters: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  await mustRun("npm", ["install", ...quiet, ...parameters], { cwd: folder });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

runScript(main);
