import { expect, test } from "vitest";
import type { Client } from "../transport";
import { ZeroMqClients } from "./zeroMqClients";

const identity = (text: string): Buffer[] => [Buffer.from(text)];

test("an identity is one client; the one that was silent longest is forgotten", () => {
  const gone: Client[] = [];
  const clients = new ZeroMqClients(
    () => undefined,
    (client) => gone.push(client),
    2,
  );
  const a = clients.of(identity("a"));
  const b = clients.of(identity("b"));
  expect(clients.of(identity("a"))).toBe(a);
  clients.of(identity("c"));
  expect(gone).toEqual([b]);
  expect(clients.of(identity("a"))).toBe(a);
});

test("what is sent to a client carries its identity", () => {
  const sent: string[] = [];
  const clients = new ZeroMqClients(
    (channel, identities) => sent.push(`${channel} ${identities.map(String).join()}`),
    () => undefined,
  );
  const message = { header: "{}", parentHeader: "{}", metadata: "{}", content: "{}", buffers: [] } as const;
  clients.of(identity("a")).send({ channel: "stdin", ...message });
  expect(sent).toEqual(["stdin a"]);
});
