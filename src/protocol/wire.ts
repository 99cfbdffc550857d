/**
 * Messages on a Jupyter Server's WebSocket, in both of its dialects: the default (JSON text, or binary when there are
 * buffers) and `v1.kernel.websocket.jupyter.org`
 * (https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html). Frames from outside are checked;
 * a malformed one throws `WireError` and nothing else.
 */
import type { Channel, Header, Message } from "./message";

export const V1_SUBPROTOCOL = "v1.kernel.websocket.jupyter.org";
export type WireDialect = "default" | "v1";

/** A message whose parts are JSON text already, so that sending it to many clients costs no more than to one. */
export interface EncodedMessage {
  readonly channel: Channel;
  readonly header: string;
  readonly parentHeader: string;
  readonly metadata: string;
  readonly content: string;
  readonly buffers: readonly Uint8Array[];
}

export class WireError extends Error {
  override readonly name = "WireError";
}

export function encodeFrame(message: EncodedMessage, dialect: WireDialect): string | Uint8Array {
  if (dialect === "v1") {
    const { channel, header, parentHeader, metadata, content } = message;
    const parts = [channel, header, parentHeader, metadata, content].map((text) => Buffer.from(text));
    return joinV1([...parts, ...message.buffers]);
  }
  const json =
    `{"channel":"${message.channel}","header":${message.header},"parent_header":${message.parentHeader},` +
    `"metadata":${message.metadata},"content":${message.content},"buffers":[]}`;
  return message.buffers.length === 0 ? json : joinDefault([Buffer.from(json), ...message.buffers]);
}

/** `data` is text, or the bytes of a binary frame. */
export function decodeFrame(data: string | Uint8Array, dialect: WireDialect): Message {
  const value = typeof data === "string" ? parseJson(data) : dialect === "v1" ? splitV1(data) : splitDefault(data);
  return checkedMessage(value);
}

function joinV1(parts: readonly Uint8Array[]): Uint8Array {
  const head = new BigUint64Array(parts.length + 2);
  head[0] = BigInt(parts.length + 1);
  let offset = head.byteLength;
  parts.forEach((part, i) => {
    head[i + 1] = BigInt(offset);
    offset += part.byteLength;
  });
  head[parts.length + 1] = BigInt(offset);
  return Buffer.concat([new Uint8Array(head.buffer), ...parts]);
}

function splitV1(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength < 8 ? 0 : Number(view.getBigUint64(0, true));
  if (count < 6 || count > 1e6 || 8 * (count + 1) > bytes.byteLength) {
    throw new WireError("the frame is shorter than its table of offsets");
  }
  const offsets = Array.from({ length: count }, (_, i) => Number(view.getBigUint64(8 * (i + 1), true)));
  const parts = slices(bytes, offsets);
  const [channel, header, parent, metadata, content] = parts.slice(0, 5).map((part) => Buffer.from(part).toString());
  return {
    channel,
    header: parseJson(header!),
    parent_header: parseJson(parent!),
    metadata: parseJson(metadata!),
    content: parseJson(content!),
    buffers: parts.slice(5),
  };
}

function joinDefault(parts: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(4 * (parts.length + 1));
  head.writeUInt32BE(parts.length, 0);
  let offset = head.byteLength;
  parts.forEach((part, i) => {
    head.writeUInt32BE(offset, 4 * (i + 1));
    offset += part.byteLength;
  });
  return Buffer.concat([head, ...parts]);
}

function splitDefault(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength < 4 ? 0 : view.getUint32(0);
  if (count < 1 || 4 * (count + 1) > bytes.byteLength) {
    throw new WireError("the frame is shorter than its table of offsets");
  }
  const offsets = Array.from({ length: count }, (_, i) => view.getUint32(4 * (i + 1)));
  const [json, ...buffers] = slices(bytes, [...offsets, bytes.byteLength]);
  return { ...(parseJson(Buffer.from(json!).toString()) as object), buffers };
}

function slices(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  return offsets.slice(1).map((end, i) => {
    const start = offsets[i]!;
    if (start > end || end > bytes.byteLength) {
      throw new WireError("an offset points outside the frame");
    }
    return bytes.subarray(start, end);
  });
}

/** Throws `WireError`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WireError("the frame is not JSON");
  }
}

const channels: ReadonlySet<unknown> = new Set<Channel>(["shell", "control", "iopub", "stdin"]);

/**
 * A message whose parts have the shapes that the rest of the kernel relies on. Missing parts other than the header are
 * filled in. Throws `WireError`.
 */
export function checkedMessage(value: unknown): Message {
  const message = value as Partial<Message> | null;
  const header = message?.header as Partial<Header> | null | undefined;
  if (typeof header?.msg_id !== "string" || typeof header.msg_type !== "string") {
    throw new WireError("the header has no msg_id or no msg_type");
  }
  if (Object.values<unknown>(header).some((field) => typeof field === "object" && field !== null)) {
    throw new WireError("the header has fields that are not plain");
  }
  return {
    channel: channels.has(message?.channel) ? message!.channel! : "shell",
    header: header as Header,
    parent_header: objectOr(message?.parent_header, "the parent header"),
    metadata: objectOr(message?.metadata, "the metadata"),
    content: objectOr(message?.content, "the content"),
    buffers: message?.buffers ?? [],
  };
}

function objectOr(value: unknown, what: string): Record<string, never> {
  if (value !== undefined && value !== null && (typeof value !== "object" || Array.isArray(value))) {
    throw new WireError(`${what} is not an object`);
  }
  return (value ?? {}) as Record<string, never>;
}
