import { listedBackbones } from "../../../shared/listedBackbones";
import type { BackboneCard } from "../card";

export interface RegistryEntry {
  /** As `backbones.load` takes it. */
  readonly address: string;
  /** Checksum of the package's tarball, or of the file, as `integrity.ts` has it. */
  readonly integrity: string;
  /** Name in `media/topologies`, where there are weights alone at the address. */
  readonly topology?: string;
  readonly card: BackboneCard;
}

type Listed = "name" | "description" | "inputShape" | "parameters" | "licence" | "source" | "verified";

/** The card of a listed backbone: what its line in the list says, and what else belongs to it. */
export function listedCard(name: string, details: Omit<BackboneCard, Listed>): BackboneCard {
  const listed = listedBackbones.find((backbone) => backbone.name === name)!;
  const { description, inputShape, parameters, licence, source, verified } = listed;
  return { name, description, ...details, inputShape, parameters, licence, source, ...(verified ? {} : { verified }) };
}
