import { describe, expect, test } from "vitest";
import { MessageSigner } from "./signature";
import type { EncodedMessage } from "./wire";
import { decodeFrames, encodeFrames } from "./zeroMqFrames";

const signer = new MessageSigner("a9d4c1f0-key");
const message: EncodedMessage = {
  channel: "shell",
  header: '{"msg_id":"1","msg_type":"execute_request"}',
  parentHeader: "{}",
  metadata: '{"a":"ü"}',
  content: '{"code":"1"}',
  buffers: [new Uint8Array([1, 2, 3])],
};

const received = (frames: readonly (string | Uint8Array)[]): Buffer[] =>
  frames.map((frame) => Buffer.from(frame as string));

describe("the signature", () => {
  test("is what Jupyter's own library computes", () => {
    // hmac.new(b"a9d4c1f0-key", b'{"msg_id":"1"}' + b"{}" + b"{}" + b'{"code":"1"}', "sha256").hexdigest() in Python.
    expect(signer.sign(['{"msg_id":"1"}', "{}", "{}", '{"code":"1"}'])).toBe(
      "65ff402381f32521d615602822d4125db65608de8a398ab681ce5977c281aced",
    );
  });

  test.each([
    ["another key", new MessageSigner("other").sign(["a"])],
    ["other parts", signer.sign(["b"])],
    ["part of the right one", signer.sign(["a"]).slice(0, 62)],
    ["nothing", ""],
    ["no hex", "z".repeat(64)],
  ])("of %s is not accepted", (_, signature) => {
    expect(signer.accepts(["a"], signature)).toBe(false);
    expect(signer.accepts(["a"], signer.sign(["a"]))).toBe(true);
  });
});

describe("frames", () => {
  test("come back as the message, with identities and buffers", () => {
    const frames = received(encodeFrames(message, ["who", "where"], signer));
    const { identities, message: decoded } = decodeFrames(frames, "control", signer);
    expect(identities.map(String)).toEqual(["who", "where"]);
    expect(decoded).toMatchObject({
      channel: "control",
      header: { msg_id: "1" },
      metadata: { a: "ü" },
      content: { code: "1" },
    });
    expect(decoded.buffers).toEqual([Buffer.from([1, 2, 3])]);
  });

  test.each([2, 3, 4, 5, 6])("with frame %i changed are refused", (index) => {
    const frames = received(encodeFrames(message, ["who"], signer));
    expect(() => decodeFrames(frames.with(index, Buffer.from('{"msg_id":"2"}')), "shell", signer)).toThrow("signature");
  });
});
