import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { Engine } from "../engine/engine";

/** What is written: a network and what its inputs and outputs mean. */
export interface ExportSubject {
  readonly graph: LayerGraph;
  readonly weights: Weights;
  /** Goes with the file under `graft`, as JSON: classes and preprocessing among it. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Of the graph in the file. */
  readonly name: string;
  /** What the model itself computes with. */
  readonly engine: Engine;
  /** Examples that the file has to compute as the model does, `[n, …]`, preprocessed. */
  readonly examples: Tensor;
}

/** What an export needs beside its path. */
export interface ExportOptions {
  /** For `"savedmodel"`: the Python that has TensorFlow. Default `python3`, on Windows `python`. */
  readonly python?: string;
}

/** One format: how it is written, and how what was written is run by something that is not Graft. */
export interface Exporter {
  /** Writes a file or a folder at `path`, where nothing is. Returns the output of `runner` on the examples, read back from there. */
  write(path: string, subject: ExportSubject, options: ExportOptions): Promise<Float32Array>;
  /** Runs the file, in words. */
  readonly runner: string;
  /** In a folder: names that another model's export has, and that this one's may replace. Default: those that both have. */
  readonly files?: RegExp;
  /** What the output is held against. Default: the model's own engine. */
  readonly reference?: () => Engine;
}
