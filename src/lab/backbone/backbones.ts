/** Finds backbones: by the name of one that comes with Graft, in a folder of the person's own, or in an npm package. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { GraftError } from "../../shared/graftError";
import { notebookPath, shippedFile } from "../data/locations";
import { Backbone } from "./backbone";
import { type BackboneCard, parseCard } from "./card";
import { pathTo, weightsOf } from "./cutGraph";
import { featuresOf } from "./featureLayer";
import { layerNamed } from "./graphShapes";
import { readLayersModel } from "./layersModel";
import { packageFiles } from "./modelFiles";
import { nearestNames } from "./nearestNames";
import { npmFolder, npmPrefix } from "./npmPackage";
import type { Preprocessing } from "./preprocessing";

export interface LoadOptions {
  /**
   * Name of the layer whose value are the features. Default: what the card says. Without a card, where the model ends with a
   * classifier: the pooled features (after global pooling, or maps flattened that a pooling has made 1 x 1) if it has such, else the layer
   * before the last Dense layer. Without a classifier the output.
   */
  readonly featureLayer?: string;
  /** For models without a card. Default: bytes divided by 255. */
  readonly preprocessing?: Preprocessing;
}

export const backbones = {
  /** Names of the backbones that come with Graft. */
  async names(): Promise<string[]> {
    const entries = await readdir(shippedFile("media", "backbones"), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  },

  /**
   * Loads a backbone: `"fashion-cnn"`; a folder with a tfjs LayersModel (`"./my-model"`, relative to the notebook); or a
   * LayersModel inside an npm package (`"npm:nsfwjs/dist/models/mobilenet_v2"`), as files or as modules.
   *
   * @throws GraftError `backbone/unknown-name`, `backbone/checksum`, `backbone/unknown-layer`, `backbone/bad-card`, `backbone/npm-address`,
   * `backbone/npm-not-installed`, and those of reading a LayersModel.
   */
  async load(nameOrFolder: string, options: LoadOptions = {}): Promise<Backbone> {
    const isNpm = nameOrFolder.startsWith(npmPrefix);
    const folder = isNpm ? await npmFolder(nameOrFolder) : await findFolder(nameOrFolder);
    const card = await readCard(folder);
    const model = await readLayersModel(isNpm ? await packageFiles(folder) : folder);
    const featureLayer = options.featureLayer ?? card?.featureLayer ?? featuresOf(model.graph);
    if (featureLayer !== model.graph.input.name) layerNamed(model.graph, featureLayer);
    const graph = pathTo(model.graph, featureLayer);
    return new Backbone({
      name: card?.name ?? basename(folder),
      graph,
      weights: weightsOf(graph, model.weights),
      preprocessing: options.preprocessing ?? card?.preprocessing ?? { scale: 1 / 255, offset: 0 },
      ...(card === undefined ? {} : { card }),
    });
  },
};

async function findFolder(nameOrFolder: string): Promise<string> {
  if (/[\\/]/.test(nameOrFolder)) return notebookPath(nameOrFolder);
  const names = await backbones.names();
  if (names.includes(nameOrFolder)) return shippedFile("media", "backbones", nameOrFolder);
  throw new GraftError({
    code: "backbone/unknown-name",
    expected: `the name of a backbone that comes with Graft: ${names.join(", ")}`,
    found: `"${nameOrFolder}"`,
    remedy: `Did you mean "${nearestNames(nameOrFolder, names)[0] ?? "fashion-cnn"}"? For a folder write its path with a slash, e.g. "./${nameOrFolder}"`,
  });
}

/** The card, when the folder has one; the files that it lists are checked. */
async function readCard(folder: string): Promise<BackboneCard | undefined> {
  const path = join(folder, "card.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  let card: BackboneCard;
  try {
    card = parseCard(JSON.parse(text));
  } catch (cause) {
    throw new GraftError({
      code: "backbone/bad-card",
      expected: `a backbone card in ${path}`,
      found: (cause as Error).message,
      remedy: "Mend the card, or remove it to load the model without one",
      cause,
    });
  }
  for (const [file, expected] of Object.entries(card.sha256)) {
    const bytes = await readFile(join(folder, file)).catch(() => undefined);
    // A file that is missing is met, and named, when the model is read.
    if (bytes === undefined) continue;
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found === expected) continue;
    throw new GraftError({
      code: "backbone/checksum",
      expected: `${file} of ${folder} with the SHA-256 of its card, ${expected.slice(0, 12)}…`,
      found: `${found.slice(0, 12)}… (${bytes.length} bytes)`,
      remedy: "Restore the file; it is damaged or was changed. Remove card.json if the change was meant",
    });
  }
  return card;
}
