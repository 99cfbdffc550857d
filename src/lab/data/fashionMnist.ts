/**
 * Fashion-MNIST from wherever it is reached first: Graft's cache, the folder of the Debian package `dataset-fashion-mnist`, the
 * public download. Every file is checked against its SHA-256 before it is used; downloads are kept in the cache.
 *
 * The npm package of that name is not a source: about 8 % of its images differ from the original, and train and test are mixed.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GraftError } from "../../shared/graftError";
import { writeFileAtomically } from "./atomicFile";
import { type IdxArray, parseIdx } from "./idx";
import { cacheFolder } from "./locations";
import { datasetFromIdx, type TrainAndTest } from "./mnist";

const CLASSES = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** SHA-256 of the files that Zalando published. */
const FILES = {
  "train-images-idx3-ubyte.gz": "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
  "train-labels-idx1-ubyte.gz": "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
  "t10k-images-idx3-ubyte.gz": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
  "t10k-labels-idx1-ubyte.gz": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
} as const;

const DEBIAN_FOLDER = "/usr/share/datasets/fashion-mnist";
const DOWNLOADS = [
  "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
];
const TIMEOUT_MS = 60_000;

/** Where to look; tests give their own. */
export interface FashionMnistSources {
  readonly folders: readonly string[];
  /** Each ends with a slash. */
  readonly urls: readonly string[];
  readonly cache: string;
}

/**
 * Articles of clothing, 28 x 28 x 1: 60,000 to train, 10,000 to test (Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747, MIT licence).
 *
 * @throws GraftError `data/fashion-mnist-unreachable` when no source has it.
 */
export async function fashionMnist(sources: FashionMnistSources = defaultSources()): Promise<TrainAndTest> {
  const [trainImages, trainLabels, testImages, testLabels] = (await Promise.all(
    Object.entries(FILES).map(([name, hash]) => readChecked(name, hash, sources)),
  )) as [IdxArray, IdxArray, IdxArray, IdxArray];
  return {
    train: datasetFromIdx(trainImages, trainLabels, CLASSES),
    test: datasetFromIdx(testImages, testLabels, CLASSES),
  };
}

function defaultSources(): FashionMnistSources {
  return { folders: [DEBIAN_FOLDER], urls: DOWNLOADS, cache: join(cacheFolder(), "fashion-mnist") };
}

async function readChecked(name: string, hash: string, sources: FashionMnistSources): Promise<IdxArray> {
  const met: string[] = [];
  for (const folder of [sources.cache, ...sources.folders]) {
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes === undefined) met.push(`no ${join(folder, name)}`);
    else if (sha256(bytes) === hash) return parseIdx(bytes, name);
    else met.push(`another file than the published one in ${folder}`);
  }
  for (const url of sources.urls) {
    try {
      const response = await fetch(url + name, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.ok && sha256(bytes) === hash) {
        await writeFileAtomically(join(sources.cache, name), bytes);
        return parseIdx(bytes, name);
      }
      met.push(response.ok ? `another file than the published one at ${url}` : `status ${response.status} at ${url}`);
    } catch (error) {
      met.push(`no connection to ${new URL(url).host} (${(error as Error).message})`);
    }
  }
  throw new GraftError({
    code: "data/fashion-mnist-unreachable",
    expected: `the published ${name}`,
    found: met.join("; "),
    remedy: `Connect to the internet, run \`apt-get install dataset-fashion-mnist\`, or put the file into ${sources.cache}`,
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
