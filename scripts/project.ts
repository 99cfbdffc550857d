/** Where the scripts work. `bootstrap.mjs` starts each of them in the project's root folder. */
import { join } from "node:path";

/** An absolute path inside the project. */
export function inProject(...segments: readonly string[]): string {
  return join(process.cwd(), ...segments);
}
