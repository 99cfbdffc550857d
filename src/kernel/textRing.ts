/**
 * Printed text on its way from the main thread to the io thread: a ring of bytes in shared memory, one writer, one reader. It
 * makes a print cost a copy instead of a message, lets text be seen while the main thread computes without a pause, and makes
 * a flood wait for the reader, so memory stays bounded.
 *
 * A frame is two Int32 (source, length in bytes) and UTF-8 text, padded to 8 bytes; it never wraps around the end. Positions
 * count bytes modulo 2^32.
 */
const headerBytes = 16;
const frameHeader = 8;
const skip = -1;
const write = 0;
const read = 1;
const woken = 2;

/** Pieces of text are at most this long, so that a frame surely fits. */
const pieceCharacters = 64 * 1024;

export type TextMemory = SharedArrayBuffer;

/** `capacity`: a power of two, larger than half a megabyte. */
export function newTextMemory(capacity = 4 * 1024 * 1024): TextMemory {
  return new SharedArrayBuffer(headerBytes + capacity);
}

class TextRing {
  protected readonly state: Int32Array<SharedArrayBuffer>;
  protected readonly frames: Int32Array<SharedArrayBuffer>;
  protected readonly bytes: Buffer;
  protected readonly capacity: number;

  constructor(memory: TextMemory) {
    this.capacity = memory.byteLength - headerBytes;
    this.state = new Int32Array(memory, 0, headerBytes / 4);
    this.frames = new Int32Array(memory, headerBytes);
    this.bytes = Buffer.from(memory, headerBytes, this.capacity);
  }

  protected offset(position: number): number {
    return position & (this.capacity - 1);
  }
}

export class TextWriter extends TextRing {
  #position = 0;

  /** Up to where has been written. */
  get position(): number {
    return this.#position;
  }

  /** `source`: who prints, not negative. Returns true when the reader has to be woken. */
  write(source: number, text: string): boolean {
    for (let start = 0; start < text.length;) {
      const end = pieceEnd(text, start);
      this.#writePiece(source, text.slice(start, end));
      start = end;
    }
    return Atomics.exchange(this.state, woken, 1) === 0;
  }

  #writePiece(source: number, text: string): void {
    const largest = frameHeader + padded(3 * text.length);
    const toEnd = this.capacity - this.offset(this.#position);
    if (toEnd < largest) {
      this.#waitForRoom(toEnd);
      this.frames[this.offset(this.#position) / 4] = skip;
      this.#advance(toEnd);
    }
    this.#waitForRoom(largest);
    const at = this.offset(this.#position);
    const length = this.bytes.write(text, at + frameHeader);
    this.frames[at / 4] = source;
    this.frames[at / 4 + 1] = length;
    this.#advance(frameHeader + padded(length));
  }

  #advance(bytes: number): void {
    this.#position = (this.#position + bytes) | 0;
    Atomics.store(this.state, write, this.#position);
  }

  #waitForRoom(bytes: number): void {
    for (;;) {
      const reached = Atomics.load(this.state, read);
      if (this.capacity - ((this.#position - reached) >>> 0) >= bytes) {
        return;
      }
      // The reader may be asleep while the ring is full of what it has been woken for: it will come.
      Atomics.wait(this.state, read, reached, 50);
    }
  }
}

export class TextReader extends TextRing {
  /** Up to where has been written. The writer wakes the reader again for what comes after. */
  newEnd(): number {
    Atomics.store(this.state, woken, 0);
    return Atomics.load(this.state, write);
  }

  /** Reads up to `end`, a position of the writer, or all that is there. Frames of one source that follow each other are joined. */
  read(onText: (source: number, text: string) => void, end = this.newEnd()): void {
    let position = Atomics.load(this.state, read);
    let joined = "";
    let from = skip;
    while (((end - position) | 0) > 0) {
      const at = this.offset(position);
      const source = this.frames[at / 4]!;
      if (source === skip) {
        position = (position + this.capacity - at) | 0;
      } else {
        if (source !== from || joined.length >= pieceCharacters) {
          if (joined !== "") {
            onText(from, joined);
          }
          joined = "";
          from = source;
        }
        const length = this.frames[at / 4 + 1]!;
        joined += this.bytes.toString("utf8", at + frameHeader, at + frameHeader + length);
        position = (position + frameHeader + padded(length)) | 0;
      }
      Atomics.store(this.state, read, position);
      Atomics.notify(this.state, read);
    }
    if (joined !== "") {
      onText(from, joined);
    }
  }
}

function padded(length: number): number {
  return (length + 7) & ~7;
}

/** Ends a piece between two characters, never inside a surrogate pair. */
function pieceEnd(text: string, start: number): number {
  const end = Math.min(text.length, start + pieceCharacters);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
