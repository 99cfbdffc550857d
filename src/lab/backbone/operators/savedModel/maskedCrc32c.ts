import crc32c from "crc-32/crc32c.js";

/** CRC-32C, turned and shifted: a checksum of bytes that hold checksums is weak otherwise. As LevelDB and TensorFlow store it. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
