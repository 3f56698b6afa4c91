/**
 * Columns of numbers in one piece of bytes, each at a place from which it is read as it lies: a start takes in many
 * megabytes of them, and would otherwise be busy with copying. Numbers are little-endian, as on all that VS Code runs on.
 */

/** Thrown for bytes that are not what was written; `message` says why. */
export class DamagedBytes extends Error {}

export type Column = Uint8Array | Int8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/** Every column begins at a multiple of the largest number's size. */
const alignment = 8;
/** Four bytes that say what it is and of which version, the checksum, the number of columns. */
const headBytes = 12;

const aligned = (length: number): number => Math.ceil(length / alignment) * alignment;

/** `mark` is four bytes. */
export function writeColumns(mark: readonly number[], columns: readonly Column[]): Uint8Array<ArrayBuffer> {
  const lengthsEnd = aligned(headBytes + columns.length * 4);
  const result = new Uint8Array(
    columns.reduce((sum, { byteLength }) => sum + aligned(byteLength), lengthsEnd),
  );
  const head = new DataView(result.buffer);
  result.set(mark);
  head.setUint32(8, columns.length, true);
  let at = lengthsEnd;
  for (const [place, { buffer, byteOffset, byteLength }] of columns.entries()) {
    head.setUint32(headBytes + place * 4, byteLength, true);
    result.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  head.setUint32(4, checksum(result.subarray(8)), true);
  return result;
}

/** Reads columns in the order in which they were written. What it gives lies in the bytes it was given. */
export class ColumnReader {
  readonly #bytes: Uint8Array;
  readonly #lengths: Uint32Array;
  #place = 0;
  #at: number;

  /** Throws `DamagedBytes` where the checksum does not fit. The mark is left to the caller, who knows what to say. */
  constructor(bytes: Uint8Array) {
    if (bytes.length < headBytes) throw new DamagedBytes('it ends too early');
    // From the middle of other bytes, columns may lie where they cannot be read.
    this.#bytes = bytes.byteOffset % alignment === 0 ? bytes : bytes.slice();
    const [sum = 0, count = 0] = new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset + 4, 2);
    if (sum !== checksum(this.#bytes.subarray(8))) throw new DamagedBytes('its checksum does not fit');
    this.#at = aligned(headBytes + count * 4);
    if (this.#at > this.#bytes.length) throw new DamagedBytes('it ends too early');
    this.#lengths = new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset + headBytes, count);
  }

  uint8(): Uint8Array {
    return new Uint8Array(...this.#next(1));
  }

  int8(): Int8Array {
    return new Int8Array(...this.#next(1));
  }

  uint16(): Uint16Array {
    return new Uint16Array(...this.#next(2));
  }

  int32(): Int32Array {
    return new Int32Array(...this.#next(4));
  }

  uint32(): Uint32Array {
    return new Uint32Array(...this.#next(4));
  }

  float64(): Float64Array {
    return new Float64Array(...this.#next(8));
  }

  /** Throws `DamagedBytes` unless everything was read. */
  end(): void {
    if (this.#place !== this.#lengths.length || this.#at !== this.#bytes.length) {
      throw new DamagedBytes('it holds something else');
    }
  }

  #next(size: number): [ArrayBufferLike, number, number] {
    const length = this.#lengths[this.#place];
    if (length === undefined || this.#at + length > this.#bytes.length || length % size !== 0) {
      throw new DamagedBytes('it holds something else');
    }
    const from = this.#bytes.byteOffset + this.#at;
    this.#place += 1;
    this.#at += aligned(length);
    return [this.#bytes.buffer, from, length / size];
  }
}

/**
 * FNV-1a, four bytes at a time, and four of them side by side, as each waits for its own last step: it finds torn and
 * flipped bytes. It is no defence against whoever wants to deceive, who could as well write a whole run. The bytes must
 * begin at a multiple of four in their buffer.
 */
export function checksum(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  const whole = words.length - (words.length % 4);
  let [a, b, c, d] = [basis, basis, basis, basis];
  for (let at = 0; at < whole; at += 4) {
    a = Math.imul(a ^ (words[at] ?? 0), prime);
    b = Math.imul(b ^ (words[at + 1] ?? 0), prime);
    c = Math.imul(c ^ (words[at + 2] ?? 0), prime);
    d = Math.imul(d ^ (words[at + 3] ?? 0), prime);
  }
  let hash = basis;
  for (const sum of [a, b, c, d]) hash = Math.imul(hash ^ sum, prime);
  for (const byte of bytes.subarray(whole * 4)) hash = Math.imul(hash ^ byte, prime);
  return hash >>> 0;
}

const basis = 0x811c9dc5 | 0;
const prime = 0x01000193;
