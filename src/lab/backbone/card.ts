import * as v from "valibot";

/** What a backbone says about itself, in `card.json` beside its `model.json`. */
export interface BackboneCard {
  readonly name: string;
  readonly description: string;
  readonly data: {
    readonly name: string;
    readonly examples: number;
    readonly source: string;
    readonly licence: string;
  };
  /** The classes it was trained to tell apart. */
  readonly classes: readonly string[];
  /** The layer whose value are the features: what comes after it belongs to the classifier of the pre-training. */
  readonly featureLayer: string;
  readonly preprocessing: { readonly scale: number; readonly offset: number };
  /** How it was trained, in words and numbers. */
  readonly recipe: Readonly<Record<string, string | number>>;
  readonly seed: number;
  readonly parameters: number;
  /** On the test set of its own data, with its own classifier. */
  readonly testAccuracy: number;
  readonly licence: string;
  /** SHA-256 of the files beside the card. */
  readonly sha256: Readonly<Record<string, string>>;
}

const cardSchema = v.object({
  name: v.string(),
  description: v.string(),
  data: v.object({ name: v.string(), examples: v.number(), source: v.string(), licence: v.string() }),
  classes: v.array(v.string()),
  featureLayer: v.string(),
  preprocessing: v.object({ scale: v.number(), offset: v.number() }),
  recipe: v.record(v.string(), v.union([v.string(), v.number()])),
  seed: v.number(),
  parameters: v.number(),
  testAccuracy: v.number(),
  licence: v.string(),
  sha256: v.record(v.string(), v.string()),
});

/** @throws valibot's `ValiError` naming the first field that is missing or of another type. */
export function parseCard(value: unknown): BackboneCard {
  return v.parse(cardSchema, value);
}
