/** An HDF5 file in memory, read by the HDF5 library itself. The library is loaded with the first file. */
import type { Dataset, File, Group } from "h5wasm";
import { GraftError } from "../../../shared/graftError";
import type { Tensor } from "../layerGraph";

export interface Hdf5 {
  /** Of a group or dataset; undefined where there is no such attribute. */
  text(path: string, attribute: string): string | undefined;
  texts(path: string, attribute: string): readonly string[];
  /** Undefined where there is no such dataset. @throws GraftError `backbone/unsupported-weights`. */
  tensor(path: string): Tensor | undefined;
}

/** Numbers as the library names them. */
const floats = ["<f", "<d"];
const signature = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");
let files = 0;

/**
 * @throws GraftError `backbone/not-hdf5`, `backbone/damaged-hdf5`, and those of `read`.
 */
export async function readHdf5<T>(bytes: Buffer, origin: string, read: (file: Hdf5) => T): Promise<T> {
  if (!bytes.subarray(0, signature.length).equals(signature)) {
    throw new GraftError({
      code: "backbone/not-hdf5",
      expected: `an HDF5 file in ${origin}`,
      found: bytes.length === 0 ? "an empty file" : `${bytes.length} bytes that do not begin as one`,
      remedy: "Give the file that model.save() of Keras wrote",
    });
  }
  const hdf5 = await import("h5wasm");
  const library = await hdf5.ready;
  // Else it prints what is wrong with a file and goes on.
  library.activate_throwing_error_handler();
  // In the library's own file system, which is in memory.
  const path = `/graft-${++files}.h5`;
  library.FS.writeFile(path, bytes);
  let file: File | undefined;
  try {
    file = new hdf5.File(path, "r");
    return read(reader(file, hdf5.Dataset, origin));
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError({
      code: "backbone/damaged-hdf5",
      expected: `a whole HDF5 file in ${origin}`,
      found: `${bytes.length} bytes that end too soon or are damaged (${(cause as Error).message.split("\n")[0]})`,
      remedy: "Copy or download the file again, or save the model again",
      cause,
    });
  } finally {
    file?.close();
    library.FS.unlink(path);
  }
}

function reader(file: File, DatasetClass: typeof Dataset, origin: string): Hdf5 {
  const entity = (path: string) => {
    const names = path.split("/").filter((name) => name !== "");
    let at: Group = file;
    for (const [i, name] of names.entries()) {
      // The library complains of names that are not there.
      if (!at.keys().includes(name)) return undefined;
      const next = at.get(name);
      if (i === names.length - 1) return next;
      at = next as Group;
    }
    return at;
  };
  const attribute = (path: string, name: string): unknown => {
    const attributes = (entity(path) as Group | undefined)?.attrs ?? {};
    return name in attributes ? attributes[name]!.value : undefined;
  };
  return {
    text(path, name) {
      const value = attribute(path, name);
      return typeof value === "string" ? value : undefined;
    },
    texts(path, name) {
      const value = attribute(path, name);
      return Array.isArray(value) ? value.map(String) : [];
    },
    tensor(path) {
      const dataset = entity(path);
      if (!(dataset instanceof DatasetClass)) return undefined;
      const { dtype, shape, value } = dataset;
      if (typeof dtype === "string" && floats.includes(dtype)) {
        return { shape: shape ?? [], data: new Float32Array(value as Float32Array | Float64Array) };
      }
      throw new GraftError({
        code: "backbone/unsupported-weights",
        expected: `weights in float32 in ${origin}`,
        found: `${path} in ${JSON.stringify(dtype)}`,
        remedy: "Save the model with the dtype policy float32, not quantized",
      });
    },
  };
}
