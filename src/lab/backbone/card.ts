import * as v from "valibot";
import { type Preprocessing, preprocessingSchema } from "./preprocessing";

/** What a backbone says about itself, in `card.json` beside its `model.json` or in the registry. */
export interface BackboneCard {
  readonly name: string;
  readonly description: string;
  readonly data: {
    readonly name: string;
    readonly examples?: number;
    readonly source: string;
    readonly licence?: string;
  };
  /** The classes it was trained to tell apart; empty where its features are all that it has. */
  readonly classes: readonly string[];
  /** The layer whose value are the features: what comes after it belongs to the classifier of the pre-training. */
  readonly featureLayer: string;
  /** Absent: the files of the model say it, as those with a vocabulary do. */
  readonly preprocessing?: Preprocessing;
  /** `[height, width, channels]` of the images that it takes, or `[length]` of the texts, in tokens. */
  readonly inputShape?: readonly number[];
  /** How it was trained, in words and numbers. */
  readonly recipe?: Readonly<Record<string, string | number>>;
  readonly seed?: number;
  readonly parameters?: number;
  /** On the test set of its own data, with its own classifier. */
  readonly testAccuracy?: number;
  /** Of the weights. */
  readonly licence: string;
  /** Where it was published. */
  readonly source?: string;
  /** False: whoever wrote the card has not fetched the files; their checksum is the publisher's. */
  readonly verified?: boolean;
  /** SHA-256 of the files beside the card, as far as they are known. */
  readonly sha256: Readonly<Record<string, string>>;
  /** What it makes of the golden image or text: `goldenFeatures`. */
  readonly golden?: readonly number[];
}

const cardSchema = v.object({
  name: v.string(),
  description: v.string(),
  data: v.object({
    name: v.string(),
    examples: v.exactOptional(v.number()),
    source: v.string(),
    licence: v.exactOptional(v.string()),
  }),
  classes: v.array(v.string()),
  featureLayer: v.string(),
  preprocessing: v.exactOptional(preprocessingSchema),
  inputShape: v.exactOptional(v.array(v.number())),
  recipe: v.exactOptional(v.record(v.string(), v.union([v.string(), v.number()]))),
  seed: v.exactOptional(v.number()),
  parameters: v.exactOptional(v.number()),
  testAccuracy: v.exactOptional(v.number()),
  licence: v.string(),
  source: v.exactOptional(v.string()),
  verified: v.exactOptional(v.boolean()),
  sha256: v.record(v.string(), v.string()),
  golden: v.exactOptional(v.array(v.number())),
});

/** @throws valibot's `ValiError` naming the first field that is missing or of another type. */
export function parseCard(value: unknown): BackboneCard {
  return v.parse(cardSchema, value);
}
