/** Many short texts as bytes, one after the other: each becomes a string only when it is asked for. */
import { type Column, type ColumnReader, DamagedBytes } from './columns.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Texts {
  readonly #bytes: Uint8Array;
  /** Where each begins; one more at the end. */
  readonly #starts: Uint32Array;

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = bytes;
    this.#starts = starts;
  }

  static of(texts: readonly string[]): Texts {
    const encoded = texts.map((text) => encoder.encode(text));
    const starts = new Uint32Array(texts.length + 1);
    for (const [at, { length }] of encoded.entries()) starts[at + 1] = (starts[at] ?? 0) + length;
    const bytes = new Uint8Array(starts[texts.length] ?? 0);
    for (const [at, part] of encoded.entries()) bytes.set(part, starts[at]);
    return new Texts(bytes, starts);
  }

  /** As `columns` has them. Throws `DamagedBytes`. */
  static read(reader: ColumnReader): Texts {
    const bytes = reader.uint8();
    const starts = reader.uint32();
    if (starts.length === 0 || starts.at(-1) !== bytes.length) throw new DamagedBytes('a text is cut off');
    return new Texts(bytes, starts);
  }

  get size(): number {
    return this.#starts.length - 1;
  }

  get columns(): Column[] {
    return [this.#bytes, this.#starts];
  }

  /** Empty for a place that no text has. */
  at(place: number): string {
    return decoder.decode(this.#bytes.subarray(this.#starts[place], this.#starts[place + 1]));
  }

  all(): string[] {
    return Array.from({ length: this.size }, (_, place) => this.at(place));
  }

  is(place: number, bytes: Uint8Array): boolean {
    const start = this.#starts[place] ?? 0;
    if ((this.#starts[place + 1] ?? 0) - start !== bytes.length) return false;
    for (let at = 0; at < bytes.length; at++) if (this.#bytes[start + at] !== bytes[at]) return false;
    return true;
  }
}
