/** The same cases over every transport: what a client may rely on, whichever way it came in. */
import { afterAll, beforeAll, describe } from "vitest";
import type { ConformanceKernel } from "./conformanceKernel";
import { commCases, historyCases, inputCases } from "./conversationCases";
import { endCases } from "./endCases";
import { floodCases } from "./floodCases";
import type { RawClient } from "./rawClient";
import { replayCases } from "./replayCases";
import { executeCases, requestCases } from "./requestCases";
import { secretCases } from "./secretCases";

export function conformanceSuite(transport: string, start: () => Promise<ConformanceKernel>): void {
  describe(`over ${transport}`, () => {
    let kernel: ConformanceKernel;
    let client: RawClient;
    beforeAll(async () => {
      kernel = await start();
      client = await kernel.connect();
    });
    afterAll(() => {
      client.close();
      kernel.end();
    });
    const shared = (): RawClient => client;
    describe("secrets", () => secretCases(shared, () => kernel));
    describe("requests", () => requestCases(shared));
    describe("execute", () => executeCases(shared));
    describe("input", () => inputCases(shared));
    describe("history", () => historyCases(shared));
    describe("comms", () => commCases(shared));
    describe("floods", () => floodCases(shared, () => kernel.pid));
    describe("reload", () => replayCases(() => kernel.connect()));
    describe("the end", () => endCases(start));
  });
}
