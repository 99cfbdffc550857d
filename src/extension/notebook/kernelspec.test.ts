import { describe, expect, it } from "vitest";
import { namesGraft, newNotebookMetadata, withKernelspec } from "./kernelspec";

describe("kernelspec", () => {
  it("is added once and keeps what else the notebook says", () => {
    const python = { nbformat: 4, metadata: { kernelspec: { name: "python3" }, authors: ["Ada"] } };
    const changed = withKernelspec(python);
    expect(changed).toMatchObject({
      nbformat: 4,
      metadata: { kernelspec: { name: "graft" }, language_info: { name: "typescript" }, authors: ["Ada"] },
    });
    expect(withKernelspec(changed ?? {})).toBeUndefined();
  });

  it("recognises notebooks made with Graft", () => {
    expect(namesGraft(newNotebookMetadata)).toBe(true);
    expect([{}, { metadata: null }, { metadata: { kernelspec: { name: "python3" } } }].map(namesGraft)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
