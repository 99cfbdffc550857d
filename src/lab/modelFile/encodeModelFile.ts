import { storedPhase, storedUnfinished } from "../checkpoint/checkpoint";
import { tensorsOf } from "../checkpoint/checkpointBytes";
import { type ArchiveEntry, writeArchive, type Written } from "./archive";
import { entryNames, type ModelFileContent } from "./modelFileContent";
import { safetensorsBytes } from "./safetensors";

/** The bytes of a `.graft` file: the same for the same model and the same `written`. */
export function encodeModelFile({ weights, history, ...model }: ModelFileContent, written: Written): Uint8Array {
  const { unfinished, ...rest } = model;
  const about = { ...rest, ...(unfinished && { unfinished: storedUnfinished(unfinished) }) };
  const tensors = tensorsOf({ weights, ...(unfinished && { unfinished }) });
  return writeArchive(
    new Map([
      [entryNames.model, json(about)],
      [entryNames.history, json(history.map(storedPhase))],
      [entryNames.weights, { bytes: safetensorsBytes({ format: "graft" }, tensors), compress: false }],
    ]),
    written,
  );
}

function json(value: unknown): ArchiveEntry {
  return { bytes: new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`), compress: true };
}
