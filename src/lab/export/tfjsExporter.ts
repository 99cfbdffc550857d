import type * as tfjs from "@tensorflow/tfjs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Layer, Tensor } from "../backbone/layerGraph";
import { shardName, writeLayersModel } from "../backbone/layersModel";
import { onBackend, readied } from "../engine/tfjs/backend";
import { useFastestBackend } from "../engine/tfjs/installedBackends";
import { loadTensorLibrary, ownRequire } from "../engine/tfjs/tensorLibrary";
import type { Exporter } from "./exporter";
import { kerasForm } from "./kerasForm";

/**
 * A folder with a LayersModel (`model.json` and its shards of weights), for `tf.loadLayersModel` and for `backbones.load`. Classes and
 * preprocessing stand under `graft` in what `getUserDefinedMetadata()` gives.
 */
export const tfjsExporter: Exporter = {
  runner: "tfjs",
  files: shardName,
  async write(path, { graph, weights, name, about, examples }) {
    await writeLayersModel(
      path,
      name,
      kerasForm({ graph, weights }, { name: "tfjs", custom: true, lacks: lackingInTfjs }),
      { graft: about },
    );
    return runLayersModel(path, examples);
  },
};

const activationsLacking: Readonly<Record<string, string>> = {
  // tfjs has it as `gelu_new`, which it looks for as `geluNew` when it comes from a file.
  geluTanh: "the approximate gelu",
  hardSwish: "a hard swish",
  // That of tfjs has the slope 0.2.
  hardSigmoid: "a hard sigmoid of the slope 1/6",
};

function lackingInTfjs(layer: Layer): string | undefined {
  if (layer.type === "Conv2D" && (layer.groups ?? 1) > 1) return "groups of channels";
  // Its layer reads a dilation and then computes without it.
  if (layer.type === "DepthwiseConv2D" && layer.dilation !== undefined) return "a dilation";
  return "activation" in layer ? activationsLacking[layer.activation] : undefined;
}

async function runLayersModel(folder: string, input: Tensor): Promise<Float32Array> {
  const tf = await loadTensorLibrary();
  const backend = await readied(tf, () => useFastestBackend(tf, ownRequire()));
  const model = await tf.loadLayersModel(await folderHandler(tf, folder));
  try {
    return onBackend(tf, backend, () =>
      tf.tidy(() => {
        const output = model.predict(tf.tensor(input.data, [...input.shape])) as tfjs.Tensor;
        return Float32Array.from(output.dataSync());
      }),
    );
  } finally {
    model.dispose();
  }
}

/** tfjs without tfjs-node has none for folders. */
async function folderHandler(tf: typeof tfjs, folder: string): Promise<tfjs.io.IOHandler> {
  const { modelTopology, weightsManifest, userDefinedMetadata } = JSON.parse(
    await readFile(join(folder, "model.json"), "utf8"),
  ) as tfjs.io.ModelJSON;
  const shards = await Promise.all(
    weightsManifest.flatMap(({ paths }) => paths).map((path) => readFile(join(folder, path))),
  );
  return tf.io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: Uint8Array.from(Buffer.concat(shards)).buffer,
    ...(userDefinedMetadata && { userDefinedMetadata }),
  });
}
