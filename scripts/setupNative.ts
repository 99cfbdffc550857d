/** `npm run setup:native`: installs the native engine for the tensors of cells, or says why that is not possible here. */
import { parseArgs } from "node:util";
import { setUpNative, tryNativeQuickly } from "../src/cli/native/nativeEngine";
import { say } from "../src/cli/progress";
import { inProject } from "./project";
import { runScript } from "./runScript";

const help = `npm run setup:native [-- --quick]

Installs @tensorflow/tfjs-node: first by its own install script, then by building it against the TensorFlow that pip has.
What is installed already is replaced only by something that has trained a step. Exits with 1 when neither works; Graft
then computes the tensors of cells with WebAssembly.

  --quick   only its own install, and not again within a day of a failure; always exits with 0`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { quick: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  if (values.quick === true) {
    await tryNativeQuickly(inProject());
    return 0;
  }
  if (await setUpNative(inProject())) {
    return 0;
  }
  say("✗ no native engine. Everything else works without it: tensors in cells run on WebAssembly, more slowly.");
  return 1;
}

runScript(main);
