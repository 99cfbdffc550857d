import { shortened } from "../../../shared/cardLayout";
import type { Picture } from "../../../shared/figures/picture";

/** What a terminal shows of an example. */
export function textBeginning(picture: Picture | undefined): string {
  return picture?.kind === "text" ? shortened(picture.text.replace(/\s+/g, " "), 60) : "";
}
