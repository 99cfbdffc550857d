import {
  type BackboneDescription,
  type Describable,
  type DescribableVariable,
  describe,
  describeVariable,
  type VariableContent,
} from "../../shared/sessionState";
import { inspectText } from "../inspectText";
import type { BackboneCard } from "./card";
import { parameterCount, valueShapes, weightedLayers } from "./graphShapes";
import type { LayerGraph, Weights } from "./layerGraph";
import { type Preprocessing, takesTexts } from "./preprocessing";
import { requirePreprocessing } from "./requirePreprocessing";

export interface BackboneParts {
  readonly name: string;
  /** From the images or token ids to the features. */
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
  readonly card?: BackboneCard;
}

/** A pre-trained network without its classifier: images or texts in, features out. */
export class Backbone implements Describable, DescribableVariable {
  readonly name: string;
  readonly preprocessing: Preprocessing;
  /** Where it comes from, how it was trained and how good it is; absent for a folder without `card.json`. */
  readonly card: BackboneCard | undefined;
  readonly #graph: LayerGraph;
  readonly #weights: Weights;

  /** @throws GraftError those of `requirePreprocessing`. */
  constructor(parts: BackboneParts) {
    requirePreprocessing(parts.preprocessing, parts.graph.input.shape);
    this.name = parts.name;
    this.preprocessing = parts.preprocessing;
    this.card = parts.card;
    this.#graph = parts.graph;
    this.#weights = parts.weights;
  }

  get graph(): LayerGraph {
    return this.#graph;
  }

  get weights(): Weights {
    return this.#weights;
  }

  /** `[height, width, channels]` of the images that it takes, or `[length]` of the texts, in tokens. */
  get inputShape(): readonly number[] {
    return this.#graph.input.shape;
  }

  /** Shape of the features of one image or text, e.g. `[128]`. */
  get featureShape(): readonly number[] {
    return valueShapes(this.#graph).get(this.#graph.output)!;
  }

  get parameters(): number {
    return this.#graph.layers.reduce((sum, layer) => sum + parameterCount(layer, this.#weights), 0);
  }

  [describe](): BackboneDescription {
    return { kind: "backbone", backbone: this.name, inputShape: [...this.inputShape], parameters: this.parameters };
  }

  [describeVariable](): VariableContent {
    const bytes = 4 * this.parameters;
    return { kind: "model", type: "Backbone", dtype: "float32", bytes, preview: this[inspectText]() };
  }

  [inspectText](): string {
    const layers = weightedLayers(this.#graph).length;
    return `Backbone "${this.name}": ${this.inputShape.join(" x ")}${takesTexts(this.preprocessing) ? " tokens" : ""} -> ${this.featureShape.join(" x ")}, ${layers} layers with ${this.parameters.toLocaleString("en")} weights`;
  }
}
