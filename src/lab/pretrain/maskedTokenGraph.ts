import { pathTo } from "../backbone/cutGraph";
import { valueShapes } from "../backbone/graphShapes";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";

/**
 * An encoder with what guesses tokens behind it (Devlin et al. 2019): reads a row of ids and of `asked` places, gives logits over the vocabulary for each of
 * these places, `[asked, vocabulary]`. Only there, since a product with the whole vocabulary at each step would cost more than the encoder.
 *
 * @param backbone Ends with the mean over the steps of a sequence, which is left out.
 * @throws GraftError `text/not-an-encoder`.
 */
export function maskedTokenGraph(backbone: LayerGraph, asked: number, vocabulary: number): LayerGraph {
  const sequence = sequenceOf(backbone);
  const [length = 0] = backbone.input.shape;
  const [, width = 0] = valueShapes(backbone).get(sequence)!;
  const row = named("row");
  const encoder = pathTo(backbone, sequence).layers;
  const dense = { type: "Dense", useBias: true } as const;
  const layers: readonly Layer[] = [
    // It takes the name of the encoder's input, so that the encoder's layers read it as they are.
    { type: "Unpack", name: backbone.input.name, inputs: [row], offset: 0, shape: [length] },
    ...encoder,
    { type: "Unpack", name: named("places"), inputs: [row], offset: length, shape: [asked] },
    { type: "GatherSteps", name: named("steps"), inputs: [sequence, named("places")] },
    { ...dense, name: named("hidden"), inputs: [named("steps")], units: width, activation: "gelu" },
    { type: "LayerNormalization", name: named("norm"), inputs: [named("hidden")], epsilon: 1e-5 },
    { ...dense, name: named("guess"), inputs: [named("norm")], units: vocabulary, activation: "linear" },
  ];
  return { input: { name: row, shape: [length + asked] }, layers, output: named("guess") };
}

/** Holds a space, so that it meets no layer of an encoder. */
function named(part: string): string {
  return `masked tokens ${part}`;
}

function sequenceOf(graph: LayerGraph): string {
  const last = graph.layers.find(({ name }) => name === graph.output);
  const [sequence] = last?.inputs ?? [];
  if (last?.type === "GlobalAveragePooling1D" && sequence !== undefined) return sequence;
  throw new GraftError({
    code: "text/not-an-encoder",
    expected: "an encoder of texts that ends with the mean over its steps, as transformerEncoder makes them",
    found: last === undefined ? "no layers" : `one that ends with "${last.name}" (${last.type})`,
    remedy: "Make one: transformerEncoder({ tokenizer, length: 64, layers: 2, width: 64 })",
  });
}
