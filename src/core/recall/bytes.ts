/** Writing and reading the bytes of an encoded run: small numbers take one byte, texts carry their length. */

/** Thrown by a reader that comes to the end too early or finds what no writer writes. */
export class DamagedBytes extends Error {}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, the lowest first. */
  number(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  double(value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.raw(bytes);
  }

  text(value: string): void {
    const bytes = encoder.encode(value);
    this.number(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length + more, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new DamagedBytes('it ends too early');
    this.#at += 1;
    return value;
  }

  number(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) break;
      factor *= 128;
    }
    if (!Number.isSafeInteger(value)) throw new DamagedBytes('a number is too large');
    return value;
  }

  double(): number {
    const bytes = this.raw(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
  }

  text(): string {
    const bytes = this.raw(this.number());
    try {
      return decoder.decode(bytes);
    } catch {
      throw new DamagedBytes('a text is not UTF-8');
    }
  }

  raw(length: number): Uint8Array {
    if (length > this.left) throw new DamagedBytes('it ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

/**
 * FNV-1a, four bytes at a time: it finds torn and flipped bytes. It is no defence against whoever wants to deceive, who
 * could as well write a whole run.
 */
export function checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length - (bytes.length % 4);
  let hash = 0x811c9dc5;
  for (let at = 0; at < whole; at += 4) hash = Math.imul(hash ^ view.getUint32(at, true), 0x01000193);
  for (let at = whole; at < bytes.length; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  return hash >>> 0;
}
