import { expect, it } from "vitest";
import { Rng } from "../../../../shared/rng";
import { lineTransform } from "./lineTransform";

it.each([16, 48, 96])("transforms lines of %d numbers as the sum does", (length) => {
  const rng = new Rng(1);
  const lines = lineTransform(length);
  const [from, to] = [lines.line().map(() => rng.normal()), lines.line()];
  lines.transform(to, from);
  for (let u = 0; u < length; u++) {
    let [re, im] = [0, 0];
    for (let k = 0; k < length; k++) {
      const angle = (-2 * Math.PI * u * k) / length;
      re += from[2 * k]! * Math.cos(angle) - from[2 * k + 1]! * Math.sin(angle);
      im += from[2 * k]! * Math.sin(angle) + from[2 * k + 1]! * Math.cos(angle);
    }
    expect(to[2 * u]).toBeCloseTo(re, 10);
    expect(to[2 * u + 1]).toBeCloseTo(im, 10);
  }
});
