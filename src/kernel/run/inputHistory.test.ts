import { describe, expect, it } from "vitest";
import { InputHistory } from "./inputHistory";

const history = new InputHistory();
["let a = 1", "a + 1", "let b = 2\nb", "a + 1", "x[0] = 'y'"].forEach((input, i) => history.add(i + 1, input));
history.addOutput(5, "'y'");

const lines = (request: Record<string, unknown>): number[] => history.find(request).map(([, line]) => line);

describe("the history", () => {
  it.each([
    ["tail", { hist_access_type: "tail", n: 2 }, [4, 5]],
    ["tail without a number", { hist_access_type: "tail" }, [1, 2, 3, 4, 5]],
    ["tail of none", { hist_access_type: "tail", n: 0 }, []],
    ["range", { hist_access_type: "range", session: 0, start: 2, stop: 4 }, [2, 3]],
    ["range to the end", { hist_access_type: "range", session: 1, start: 4, stop: null }, [4, 5]],
    ["range of an earlier session", { hist_access_type: "range", session: -1, start: 1 }, []],
    ["search", { hist_access_type: "search", pattern: "let*" }, [1, 3]],
    ["search across lines", { hist_access_type: "search", pattern: "*2*b" }, [3]],
    ["search of one character", { hist_access_type: "search", pattern: "? + 1" }, [2, 4]],
    ["search of a set", { hist_access_type: "search", pattern: "[ab] + 1" }, [2, 4]],
    ["search of other than a set", { hist_access_type: "search", pattern: "[^ab] + 1" }, []],
    ["search of what looks like a pattern", { hist_access_type: "search", pattern: "x[[]0] = 'y'" }, [5]],
    ["search that is no pattern", { hist_access_type: "search", pattern: "[z-a]" }, []],
    ["search of the last ones", { hist_access_type: "search", pattern: "*", n: 2 }, [4, 5]],
    ["unique search", { hist_access_type: "search", pattern: "a*", unique: true }, [4]],
    ["no request at all", {}, [1, 2, 3, 4, 5]],
  ])("%s", (_, request, expected) => {
    expect(lines(request)).toEqual(expected);
  });

  it("has the outputs when they are asked for", () => {
    expect(history.find({ hist_access_type: "tail", n: 2, output: true })).toEqual([
      [1, 4, ["a + 1", null]],
      [1, 5, ["x[0] = 'y'", "'y'"]],
    ]);
    expect(history.find({ hist_access_type: "tail", n: 1 })).toEqual([[1, 5, "x[0] = 'y'"]]);
  });

  it("forgets the oldest when it gets too large", () => {
    const large = new InputHistory();
    for (let i = 1; i <= 5; i++) {
      large.add(i, "x".repeat(5 * 1024 * 1024));
    }
    expect(large.find({ hist_access_type: "tail" }).map(([, line]) => line)).toEqual([3, 4, 5]);
  });
});
