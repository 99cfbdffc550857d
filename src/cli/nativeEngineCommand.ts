/** `graft native-engine`: installs tfjs-node beside Graft rather than into it, so that it outlives an update. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { linkTensors, nativeEngineFolder } from "../lab/engine/tfjs/nativeEngineFolder";
import { distFolder } from "../shared/distFolder";
import { setUpNative } from "./native/nativeEngine";
import { say } from "./progress";

/** Tells on stderr how it gets on, and answers with the exit code. */
export async function nativeEngineCommand(): Promise<number> {
  const folder = nativeEngineFolder();
  linkTensors(folder, createRequire(join(distFolder(), "kernel.js")));
  if (await setUpNative(folder)) {
    process.stdout.write(`The native engine is in ${folder}\n`);
    return 0;
  }
  say("✗ no native engine. Everything else works without it: tensors in cells run on WebAssembly, more slowly.");
  return 1;
}
