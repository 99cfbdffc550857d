import { describe, expect, it } from "vitest";
import { cellOf, requestMetadata, type IdentifiableCell } from "./cellIdentity";

const cell = (index: number, code: string, id?: string): IdentifiableCell => ({
  index,
  metadata: id === undefined ? {} : { id },
  document: { getText: () => code },
});

/** What the kernel keeps of a run of this cell. */
const kept = (ran: IdentifiableCell) => ({ code: ran.document.getText(), metadata: requestMetadata(ran) });

describe("an execution of an earlier window", () => {
  it("belongs to the cell with its id, wherever that is now and whatever it says", () => {
    const moved = cell(3, "train(2)", "b");
    expect(cellOf(kept(cell(1, "train()", "b")), [cell(1, "train()", "a"), moved])).toBe(moved);
  });

  it("belongs, without an id, to the cell at its place with its code", () => {
    const cells = [cell(0, "1"), cell(1, "1"), cell(2, "1")];
    expect(cellOf(kept(cell(1, "1")), cells)).toBe(cells[1]);
  });

  it("belongs to the only cell with its code when that has moved, but to none of several", () => {
    const moved = cell(5, "fit()");
    expect(cellOf(kept(cell(1, "fit()")), [cell(1, "x"), moved])).toBe(moved);
    expect(cellOf(kept(cell(9, "1")), [cell(0, "1"), cell(1, "1")])).toBeUndefined();
    expect(cellOf(kept(cell(0, "gone")), [cell(0, "edited")])).toBeUndefined();
  });

  it("belongs to no cell when another program asked for it", () => {
    expect(cellOf({ code: "1", metadata: { cellId: "a" } }, [cell(0, "1", "a")])).toBeUndefined();
  });
});
