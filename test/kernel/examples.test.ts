/** Every function that cells can call says what it does and shows it in an example, and the examples run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPublicApi } from "./publicApi";
import { TestKernel } from "./testKernel";

const api = await readPublicApi();

it("everything that is exported has a docstring, and links lead somewhere", () => {
  expect(api.functions.length).toBeGreaterThan(20);
  expect(api.undocumented).toEqual([]);
  expect(api.functions.filter(({ summary }) => summary === "").map(({ name }) => name)).toEqual([]);
  expect(api.warnings).toEqual([]);
});

it("every function has an example", () => {
  expect(api.functions.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
});

describe("examples run", () => {
  let kernel: TestKernel;
  const checkpointFolder = mkdtempSync(join(tmpdir(), "graft-examples-"));
  beforeAll(async () => void (kernel = await TestKernel.start({ checkpointFolder })));
  afterAll(async () => {
    await kernel.end();
    rmSync(checkpointFolder, { recursive: true });
  });

  const examples = api.functions.flatMap(({ name, examples }) =>
    examples.filter(({ online }) => !online).map(({ code }) => [name, code] as const),
  );
  it.each(examples)("%s", async (_, code) => {
    const { reply } = await kernel.run(code);
    expect(reply.status === "error" ? reply.traceback.join("\n") : reply.status).toBe("ok");
  });
});
