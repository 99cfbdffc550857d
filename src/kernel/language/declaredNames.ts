import { analyse } from "../cell/analyse";
import { stripTypes } from "../cell/stripTypes";

/** Names that a cell declares at its top level; none when it cannot be parsed. */
export function declaredNames(code: string): string[] {
  try {
    return analyse(stripTypes(code, "cell.ts").code).topLevel.map(({ name }) => name);
  } catch {
    return []; // The run reports the syntax error.
  }
}
