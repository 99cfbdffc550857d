/** Known public backbones. `npm run check:registry` fetches and runs those that say so of themselves again. */
import { kerasApplications } from "./kerasApplications";
import { npmBackbones } from "./npmBackbones";
import type { RegistryEntry } from "./registryEntry";

export const registry: readonly RegistryEntry[] = [...npmBackbones, ...kerasApplications];
