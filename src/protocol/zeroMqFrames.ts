/**
 * Messages as ZeroMQ frames: `[identities…, "<IDS|MSG>", signature, header, parent header, metadata, content, buffers…]`
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol). Frames from outside are checked: one
 * that is malformed or wrongly signed throws `WireError` and nothing else.
 */
import type { Channel, Message } from "./message";
import type { MessageSigner } from "./signature";
import { checkedMessage, parseJson, WireError, type EncodedMessage } from "./wire";

const delimiter = Buffer.from("<IDS|MSG>");
/** Signature, header, parent header, metadata, content. */
const fixedFrames = 5;

export interface ReceivedFrames {
  readonly identities: readonly Uint8Array[];
  readonly signature: string;
  readonly message: Message;
}

/** `identities`: whom it goes to, or the topic on iopub. */
export function encodeFrames(
  message: EncodedMessage,
  identities: readonly (string | Uint8Array)[],
  signer: MessageSigner,
): (string | Uint8Array)[] {
  const { header, parentHeader, metadata, content, buffers } = message;
  const parts = [header, parentHeader, metadata, content];
  return [...identities, delimiter, signer.sign(parts), ...parts, ...buffers];
}

export function decodeFrames(frames: readonly Uint8Array[], channel: Channel, signer: MessageSigner): ReceivedFrames {
  const at = frames.findIndex((frame) => delimiter.equals(frame));
  const [signatureFrame, ...parts] = frames.slice(at + 1, at + 1 + fixedFrames);
  if (at < 0 || signatureFrame === undefined || parts.length < fixedFrames - 1) {
    throw new WireError("it has no delimiter, or too few frames behind it");
  }
  const signature = textOf(signatureFrame);
  if (!signer.accepts(parts, signature)) {
    throw new WireError("its signature is wrong");
  }
  const [header, parent, metadata, content] = parts.map((part) => parseJson(textOf(part)));
  const buffers = frames.slice(at + 1 + fixedFrames);
  return {
    identities: frames.slice(0, at),
    signature,
    message: checkedMessage({ channel, header, parent_header: parent, metadata, content, buffers }),
  };
}

function textOf(frame: Uint8Array): string {
  try {
    return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString();
  } catch {
    throw new WireError("a frame is longer than the longest text"); // V8's limit, half a gigabyte.
  }
}
