/** Arrays of numbers as base64 of their little-endian bytes: a third of the size of the same numbers in JSON, and read at once. */

declare function atob(base64: string): string;
declare function btoa(bytes: string): string;

type Packable = Uint8Array | Uint16Array | Int16Array | Uint32Array;

/** So many bytes are turned into characters in one go: more arguments than that overflow the stack. */
const CHUNK = 0x2000;

export function pack(values: Packable): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

/** Throws on text that is no base64, or whose bytes do not fill whole numbers. */
export function unpack<Values extends Packable>(
  text: string,
  type: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): Values },
): Values {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return new type(bytes.buffer);
}
