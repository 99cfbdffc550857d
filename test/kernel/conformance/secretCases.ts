/** Whoever does not know the kernel's secret is not heard. */
import { expect, it } from "vitest";
import type { ConformanceKernel } from "./conformanceKernel";
import type { RawClient } from "./rawClient";

export function secretCases(client: () => RawClient, kernel: () => ConformanceKernel): void {
  it("a message without the right token or signature runs nothing", async () => {
    await client().run("let intruded = false");
    const header = {
      msg_id: "intruder",
      msg_type: "execute_request",
      session: "s",
      username: "u",
      date: "",
      version: "5.4",
    };
    const content = { code: "intruded = true", silent: false, store_history: true, user_expressions: {} };
    await kernel().intrude({
      header: JSON.stringify(header),
      parentHeader: "{}",
      metadata: "{}",
      content: JSON.stringify(content),
      buffers: [],
    });
    const { outputs } = await client().run("intruded");
    expect(outputs[0]?.content).toMatchObject({ data: { "text/plain": "false" } });
    expect(client().of("intruder")).toEqual([]);
  });
}
