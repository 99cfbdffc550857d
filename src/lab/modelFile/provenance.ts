import type { Backbone } from "../backbone/backbone";
import { graphHash } from "../backbone/weightsHash";

/** Where the weights came from that a model was begun with. */
export interface Provenance {
  /** Name of the backbone. */
  readonly backbone: string;
  /** Of its layers with their settings and weights, as they were before any training here. Hexadecimal. */
  readonly sha256: string;
  /** What the backbone says about itself: data, source, licence, accuracy. Absent for one without a card. */
  readonly card?: Readonly<Record<string, unknown>>;
}

export function provenanceOf({ name, graph, weights, card }: Backbone): Provenance {
  const about = card && (JSON.parse(JSON.stringify(card)) as Readonly<Record<string, unknown>>);
  return { backbone: name, sha256: graphHash(graph, weights), ...(about && { card: about }) };
}
