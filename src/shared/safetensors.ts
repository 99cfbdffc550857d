/** The header of a safetensors file (https://github.com/huggingface/safetensors): which tensors it has, and where. */

export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** In bytes from the begin of the data. */
  readonly begin: number;
  readonly end: number;
}

/** Where the texts of the file stand among its tensors. */
export const METADATA_KEY = "__metadata__";

/** The tensors that a parsed header lists. Throws what `refuse` makes of an entry that is no whole float32 tensor. */
export function storedTensors(
  header: Readonly<Record<string, unknown>>,
  refuse: (found: string) => Error,
): readonly StoredTensor[] {
  return Object.entries(header)
    .filter(([name]) => name !== METADATA_KEY)
    .map(([name, entry]) => {
      const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Record<string, unknown>>;
      const size = Array.isArray(shape) ? (shape as number[]).reduce((product, length) => product * length, 4) : NaN;
      const [begin, end] = Array.isArray(offsets) ? (offsets as number[]) : [];
      if (dtype !== "F32" || begin === undefined || end === undefined || !(begin >= 0) || end - begin !== size) {
        throw refuse(`"${name}" with dtype, shape and place ${JSON.stringify([dtype, shape, offsets])}`);
      }
      return { name, shape: shape as readonly number[], begin, end };
    });
}

/** Bytes of data that a file with these tensors has. */
export function dataLength(tensors: readonly StoredTensor[]): number {
  return tensors.reduce((end, tensor) => Math.max(end, tensor.end), 0);
}
