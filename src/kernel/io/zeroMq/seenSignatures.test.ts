import { expect, test } from "vitest";
import { SeenSignatures } from "./seenSignatures";

test("a signature counts once, until it is forgotten because of many others", () => {
  const seen = new SeenSignatures(2);
  expect(["a", "a", "b", "a", "c", "b", "a"].map((signature) => seen.add(signature))).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
});
