/** Bytes that are put together, and numbers within them. */

export class ByteBuilder {
  size = 0;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(room = 1024) {
    this.#bytes = new Uint8Array(room);
  }

  /** What was added; valid until more is. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.size);
  }

  byte(value: number): void {
    if (this.size >= this.#bytes.length) this.#grow(1);
    this.#bytes[this.size++] = value;
  }

  /** Seven bits a byte, the lowest first; the last byte has the highest bit clear. Below 2^32. */
  number(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 128);
    this.byte(rest);
  }

  ascii(text: string): void {
    for (let at = 0; at < text.length; at++) this.byte(text.charCodeAt(at));
  }

  add(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  #grow(more: number): void {
    if (this.size + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.size + more, this.#bytes.length * 2));
    larger.set(this.bytes);
    this.#bytes = larger;
  }
}

/** Reads numbers as `ByteBuilder` wrote them. */
export class ByteReader {
  at: number;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  number(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  }
}

/** Numbers in the room of four bytes each, as many as are added. */
export class Numbers {
  size = 0;
  #values = new Uint32Array(1024);

  get values(): Uint32Array<ArrayBuffer> {
    return this.#values.subarray(0, this.size);
  }

  add(value: number): void {
    if (this.size >= this.#values.length) {
      const larger = new Uint32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.size++] = value;
  }
}
