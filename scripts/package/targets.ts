import { GraftError } from "../../src/shared/graftError";
import { inProject } from "../project";

/** The platforms that an extension is packed for, by VS Code's names for them, with npm's. */
export interface Target {
  readonly name: string;
  readonly os: string;
  readonly cpu: string;
  readonly libc?: string;
}

/** Those that `onnxruntime-node` has binaries for. */
export const targets: readonly Target[] = [
  { name: "linux-x64", os: "linux", cpu: "x64", libc: "glibc" },
  { name: "linux-arm64", os: "linux", cpu: "arm64", libc: "glibc" },
  { name: "darwin-arm64", os: "darwin", cpu: "arm64" },
  { name: "win32-x64", os: "win32", cpu: "x64" },
  { name: "win32-arm64", os: "win32", cpu: "arm64" },
];

export function ownTarget(): Target | undefined {
  return targets.find(({ os, cpu }) => os === process.platform && cpu === process.arch);
}

/** @throws GraftError `script/bad-option` on a platform that nothing is packed for. */
export function thisTarget(): Target {
  return ownTarget() ?? targetNamed(`${process.platform}-${process.arch}`);
}

/** @throws GraftError `script/bad-option`. */
export function targetNamed(name: string): Target {
  const target = targets.find((candidate) => candidate.name === name);
  if (target === undefined) {
    throw new GraftError({
      code: "script/bad-option",
      expected: `a target among ${targets.map((one) => one.name).join(", ")}`,
      found: name,
      remedy: "See npm run package -- --help",
    });
  }
  return target;
}

/** Where `npm run package` puts it. */
export function vsixOf({ name }: Target): string {
  return inProject("dist", "package", `graft-lab-${name}.vsix`);
}
