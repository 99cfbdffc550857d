import { GraftError } from "../../../shared/graftError";
import { chunksOf } from "./chunks";
import type { Matrix } from "./matrix";
import type { Team } from "./team";

const CHUNK = 1 << 18;

/** Throws in all members when one number is not finite: the first of them is named. */
export function requireFinite({ data, columns }: Matrix, team: Team): void {
  const chunks = chunksOf(data.length, CHUNK);
  const broken = new Int32Array(team.memory(4 * chunks.count));
  team.share(chunks.count, (chunk) => {
    broken[chunk] = -1;
    for (let k = chunks.from(chunk); k < chunks.to(chunk); k++) {
      if (Number.isFinite(data[k])) continue;
      broken[chunk] = k;
      return;
    }
  });
  const first = broken.find((place) => place >= 0);
  if (first === undefined) return;
  throw new GraftError({
    code: "embedding/not-finite",
    expected: "finite features",
    found: `${data[first]} in row ${Math.floor(first / columns)}, column ${first % columns}`,
    remedy: "The weights have probably diverged in training: train again with a smaller learning rate",
  });
}
