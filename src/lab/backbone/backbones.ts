/** Finds backbones: by the name of one that Graft knows, in files of the person's own, at an address, or in an npm package. */
import { type ListedBackbone, listedBackbones } from "../../shared/listedBackbones";
import { shippedFile } from "../data/locations";
import { currentRuntime } from "../train/currentRuntime";
import { Backbone } from "./backbone";
import type { BackboneCard } from "./card";
import { pathTo, weightsOf } from "./cutGraph";
import { featuresOf } from "./featureLayer";
import { checkGolden } from "./goldenImage";
import { layerNamed } from "./graphShapes";
import { folderFiles } from "./modelFiles";
import type { Preprocessing } from "./preprocessing";
import { readModel, readWeightsFile } from "./readModel";
import { storedCard } from "./sources/cardFile";
import { findModel, requireEntry, shippedNames } from "./sources/findModel";
import { registry } from "./sources/registry";

/** What a model's files do not say themselves. */
export interface LoadOptions {
  /**
   * Name of the layer whose values are the features. Default: what the card says. Without a card, where the model ends with a
   * classifier: the pooled features (after global pooling, or maps flattened that a pooling has made 1 x 1) if it has such, else the layer
   * before the last Dense layer. Without a classifier the output.
   */
  readonly featureLayer?: string;
  /** Default: what the card says, or the file where `model.exportTo` wrote it; else bytes divided by 255. */
  readonly preprocessing?: Preprocessing;
}

/** Pretrained networks: which are known, and how they are loaded. */
export const backbones = {
  /**
   * Names of the backbones that Graft knows: those that come with it, then public ones that are fetched when they are first loaded.
   *
   * @example
   * ```ts
   * import { backbones } from "graft";
   *
   * console.log(await backbones.names());
   * ```
   */
  async names(): Promise<string[]> {
    return [...(await shippedNames()), ...registry.map(({ card }) => card.name)];
  },

  /**
   * The same backbones with what one chooses by: images and features, parameters, bytes to download, licence, source, and whether Graft's
   * makers have fetched and run the files (`verified`). Where they have not, address and checksum are the publisher's, and layers and
   * preprocessing were held against Keras with random weights. Nothing is fetched.
   *
   * @example
   * ```ts
   * import { backbones } from "graft";
   *
   * const small = backbones.list().filter(({ parameters }) => parameters < 5e6);
   * for (const { name, inputShape, features, bytes, verified } of small) {
   *   console.log(name, inputShape, features, bytes, verified);
   * }
   * ```
   */
  list(): readonly ListedBackbone[] {
    return listedBackbones;
  },

  /**
   * The card of a backbone that Graft knows: data, classes, licence, preprocessing, source. Nothing is fetched for it.
   *
   * @throws GraftError `backbone/unknown-name`.
   *
   * @example
   * ```ts
   * import { backbones } from "graft";
   *
   * const { data, licence, preprocessing } = await backbones.describe("fashion-cnn");
   * console.log(data.name, licence, preprocessing);
   * ```
   */
  async describe(name: string): Promise<BackboneCard> {
    const isShipped = (await shippedNames()).includes(name);
    const shipped = isShipped
      ? await storedCard(await folderFiles(shippedFile("media", "backbones", name)))
      : undefined;
    return shipped ?? (await requireEntry(name)).card;
  },

  /**
   * Loads a backbone by
   * - the name of one that Graft knows: `"fashion-cnn"`, which comes with it, or a public one, which is fetched once;
   * - a folder or file, relative to the notebook: `"./my-model"`, `"network.onnx"`;
   * - an address: `"https://example.org/model/model.json"`. Plain `http:` is taken on this machine alone;
   * - a path inside an npm package: `"npm:nsfwjs/dist/models/mobilenet_v2"` where it is installed, or
   *   `"npm:nsfwjs@4.4.0/dist/models/mobilenet_v2"`, which is fetched if need be. The code of packages is never run.
   *
   * Of what kind a model is, its files say:
   * - tfjs: `model.json` and its shards, a LayersModel or a GraphModel;
   * - Keras 2 and 3: `.keras`, `.h5` or `.hdf5`. Layers of models inside the model become layers of the whole;
   * - TensorFlow: a SavedModel, `saved_model.pb` beside `variables/`, or that folder as `.tar.gz`; of it the signature `serving_default`, in float32.
   *   No TensorFlow is needed;
   * - ONNX: `.onnx`. Of it, of SavedModels and of GraphModels, operators that no layer expresses run as they are and are never trained.
   *
   * What was fetched lies in the user's cache folder (or `$GRAFT_CACHE`) and is checked each time; a download that was cut off goes on where it
   * ended. Downloads go through the proxy that HTTPS_PROXY names, but for what NO_PROXY names. A backbone with golden numbers is held against them before its first use.
   *
   * @throws GraftError `backbone/unknown-name`, `backbone/checksum`, `backbone/golden`, `backbone/unknown-layer`, `backbone/bad-card`,
   * `backbone/npm-address`, `backbone/npm-not-installed`, `backbone/no-folder`, `backbone/unknown-format`, `backbone/several-models`; for
   * addresses `backbone/bad-address`, `backbone/insecure-address`, `backbone/offline`, `backbone/download-interrupted`,
   * `backbone/download-timeout`, `backbone/not-found`, `backbone/download-refused`, `backbone/certificate`, `backbone/redirect`, `backbone/proxy`,
   * `backbone/disk-full`, `backbone/cache-permission`; for a preprocessing that does not suit the model `backbone/preprocessing-channels`,
   * `backbone/preprocessing-scale`, `backbone/preprocessing-order`, `backbone/preprocessing`, `data/image-fit`, `data/image-crop`; for all
   * formats `backbone/missing-file`, `backbone/several-inputs`, `backbone/unsupported-weights`; for tfjs `backbone/no-model-json`,
   * `backbone/bad-model-json`, `backbone/missing-shard`, `backbone/truncated-shard`; for files of Keras `backbone/not-keras-archive`,
   * `backbone/damaged-keras-archive`, `backbone/not-hdf5`, `backbone/damaged-hdf5`, `backbone/weights-only`, `backbone/other-weights`, `backbone/newer-keras`; for layers
   * of Keras and tfjs `backbone/bad-topology`, `backbone/unsupported-layer`, `backbone/layer-shape`, `backbone/shared-layer`,
   * `backbone/shared-model`, `backbone/missing-weights`, `backbone/weight-shape`; for ONNX, SavedModels and GraphModels `backbone/bad-onnx`,
   * `backbone/opset`, `backbone/external-data`, `backbone/input-type`, `backbone/open-input-size`, `backbone/unsupported-operator`,
   * `backbone/differs`; for a SavedModel `backbone/bad-saved-model`, `backbone/bad-archive`, `backbone/hub-module`, `backbone/no-signature`,
   * `backbone/several-signatures`, `backbone/damaged-shard`, `backbone/training-graph`; for Universal Sentence Encoder `backbone/sentence-encoder`, `backbone/bad-vocabulary`. InterruptedError after an interrupt.
   *
   * @example
   * ```ts
   * import { backbones } from "graft";
   *
   * const backbone = await backbones.load("fashion-cnn");
   * console.log(backbone.inputShape, backbone.featureShape); // [28, 28, 1] and [1152]
   * ```
   *
   * @example
   * ```ts online
   * import { backbones } from "graft";
   *
   * const known = await backbones.load("mobilenet-v2");
   * const sentences = await backbones.load("universal-sentence-encoder-lite");
   * const packaged = await backbones.load("npm:nsfwjs@4.4.0/dist/models/mobilenet_v2");
   * const pooled = await backbones.load("./my-model.keras", { featureLayer: "global_average_pooling2d" });
   * ```
   */
  async load(address: string, options: LoadOptions = {}): Promise<Backbone> {
    const { name, files, card, topology } = await findModel(address);
    const model = topology === undefined ? await readModel(files) : await readWeightsFile(files, topology);
    const featureLayer = options.featureLayer ?? card?.featureLayer ?? featuresOf(model.graph);
    if (featureLayer !== model.graph.input.name) layerNamed(model.graph, featureLayer);
    const graph = pathTo(model.graph, featureLayer);
    const backbone = new Backbone({
      name: card?.name ?? name,
      graph,
      weights: weightsOf(graph, model.weights),
      preprocessing: options.preprocessing ??
        card?.preprocessing ??
        model.preprocessing ?? { scale: 1 / 255, offset: 0 },
      ...(card === undefined ? {} : { card }),
    });
    const asItsCardSays = options.featureLayer === undefined && options.preprocessing === undefined;
    if (card?.golden !== undefined && asItsCardSays) {
      await checkGolden(() => currentRuntime().engine, backbone, card.golden);
    }
    return backbone;
  },
};
