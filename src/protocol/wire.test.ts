import { deserialize, serialize } from "@jupyterlab/services/lib/kernel/serialize";
import type { KernelMessage } from "@jupyterlab/services";
import { describe, expect, it } from "vitest";
import { decodeFrame, encodeFrame, V1_SUBPROTOCOL, WireError, type WireDialect } from "./wire";

const header = { msg_id: "m", session: "s", username: "u", date: "d", msg_type: "comm_msg", version: "5.4" };
const encoded = {
  channel: "shell",
  header: JSON.stringify(header),
  parentHeader: "{}",
  metadata: '{"a":1}',
  content: '{"text":"é😀"}',
} as const;

describe.each<[WireDialect, string]>([
  ["default", ""],
  ["v1", V1_SUBPROTOCOL],
])("the %s dialect", (dialect, protocol) => {
  it.each([[[]], [[Uint8Array.of(1, 2, 3), new Uint8Array(0), Uint8Array.of(9)]]])(
    "says to JupyterLab's own codec what was meant (%j)",
    (buffers: Uint8Array[]) => {
      const frame = encodeFrame({ ...encoded, buffers }, dialect);
      const theirs = deserialize(
        (typeof frame === "string" ? frame : Uint8Array.from(frame).buffer) as ArrayBuffer,
        protocol,
      );
      expect(theirs).toMatchObject({ channel: "shell", header, metadata: { a: 1 }, content: { text: "é😀" } });
      expect((theirs.buffers ?? []).map((view) => [...new Uint8Array((view as DataView).buffer)])).toEqual(
        buffers.map((buffer) => [...buffer]),
      );
    },
  );

  it("reads what JupyterLab's own codec writes", () => {
    const message = {
      channel: "shell",
      header,
      parent_header: {},
      metadata: {},
      content: { code: "1" },
      buffers: [Uint8Array.of(7, 8).buffer],
    } as unknown as KernelMessage.IMessage;
    const frame = serialize(message, protocol);
    const mine = decodeFrame(typeof frame === "string" ? frame : new Uint8Array(frame), dialect);
    expect(mine).toMatchObject({ channel: "shell", header, content: { code: "1" } });
    expect(mine.buffers.map((buffer) => [...buffer])).toEqual([[7, 8]]);
  });

  it.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["no header", "{}"],
    ["a header without id", '{"header":{"msg_type":"x"}}'],
    ["an empty binary frame", new Uint8Array(0)],
    ["offsets outside the frame", new Uint8Array(64).fill(255)],
    ["a table longer than the frame", Uint8Array.of(0, 0, 0, 9)],
  ])("refuses %s", (_, data) => {
    expect(() => decodeFrame(data, dialect)).toThrow(WireError);
  });
});
