import { describe, expect, test } from "vitest";
import { formatNotebook, parseNotebook } from "./notebook";

const minimal = (cells: readonly object[]) => JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 2 });

describe("parseNotebook", () => {
  test("joins source lines and gives cells the id that nbformat 4.5 demands", () => {
    const notebook = parseNotebook(minimal([{ cell_type: "code", metadata: {}, source: ["a\n", "b"] }]), "x.ipynb");
    expect(notebook.cells[0]?.source).toBe("a\nb");
    expect(notebook.cells[0]?.id).toMatch(/^[\w-]{1,64}$/);
  });

  test.each([
    ["no JSON", "# README", /not JSON in x\.ipynb/],
    ["JSON of something else", '{"name": "graft"}', /x\.ipynb with nbformat/],
    ["an older format", '{"cells": [], "nbformat": 3, "nbformat_minor": 0}', /x\.ipynb with nbformat/],
    ["a cell without source", minimal([{ cell_type: "code" }]), /x\.ipynb with cells\.0\.source/],
  ])("refuses %s", (_, text, message) => {
    expect(() => parseNotebook(text, "x.ipynb")).toThrow(message);
    expect(() => parseNotebook(text, "x.ipynb")).toThrow(expect.objectContaining({ code: "cli/bad-notebook" }));
  });
});

describe("formatNotebook", () => {
  test("what was parsed comes back with its unknown fields, texts as lines, at minor version 5", () => {
    const cell = {
      cell_type: "code",
      id: "one",
      metadata: { tags: ["parameters"] },
      source: ["const a = 1;\n", "a"],
      execution_count: 1,
      outputs: [
        { output_type: "stream", name: "stdout", text: ["x\n", "\n", "y"] },
        {
          output_type: "display_data",
          metadata: {},
          data: { "text/plain": ["1\n", "2"], "image/png": "iVBOR", "application/json": { a: "b\nc" } },
        },
      ],
      attachments: {},
    };
    const written = JSON.parse(formatNotebook(parseNotebook(minimal([cell]), "x.ipynb"))) as object;
    expect(written).toEqual({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 });
  });
});
