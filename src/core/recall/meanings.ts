/** Directions of all documents, compared with that of a question. */
import { type Column, type ColumnReader, DamagedBytes } from './columns.ts';
import { dots } from './dots.ts';
import { Grown, lastAtMost } from './grown.ts';

/** Directions as they are stored: rows of one length, without one for those that have none where none has one. */
export interface StoredMeanings {
  /** Of all rows; as many numbers as a row has. */
  sum: Int32Array;
  rows: Int8Array;
}

interface Part {
  first: number;
  /** Empty where they are of another table, and like nothing. */
  rows: Int8Array;
}

export class Meanings {
  readonly #dimensions: number;
  readonly #parts: Part[] = [];
  #open = new Grown((length) => new Int8Array(length));
  #openFirst = 0;
  #size = 0;
  /** Whole numbers, so that it does not matter in which runs the documents came. */
  readonly #sum: Float64Array;
  #dots = new Int32Array(0);

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#sum = new Float64Array(dimensions);
  }

  /** One without a direction is like nothing. */
  add(meaning: Int8Array): void {
    this.#open.append(meaning.length === this.#dimensions ? meaning : new Int8Array(this.#dimensions));
    this.#size += 1;
    if (meaning.length !== this.#dimensions) return;
    for (const [at, value] of meaning.entries()) this.#sum[at] = (this.#sum[at] ?? 0) + value;
  }

  /** Throws `DamagedBytes` unless these are the directions of so many documents. */
  static read(reader: ColumnReader, size: number): StoredMeanings {
    const stored = { sum: reader.int32(), rows: reader.int8() };
    if (stored.rows.length !== stored.sum.length * size) throw new DamagedBytes('a meaning is cut off');
    return stored;
  }

  /** The directions of the next documents; those of another table are like nothing. */
  append({ sum, rows }: StoredMeanings, size: number): void {
    if (this.#openFirst < this.#size) this.#parts.push({ first: this.#openFirst, rows: this.#open.values });
    const isFitting = sum.length === this.#dimensions;
    this.#parts.push({ first: this.#size, rows: isFitting ? rows : new Int8Array(this.#dimensions * size) });
    this.#open = new Grown((length) => new Int8Array(length));
    this.#size += size;
    this.#openFirst = this.#size;
    if (isFitting) for (const [at, value] of sum.entries()) this.#sum[at] = (this.#sum[at] ?? 0) + value;
  }

  /** The directions of the documents from `from` to before `to`. */
  columns(from: number, to: number): Column[] {
    const width = this.#dimensions;
    const rows = new Int8Array(Math.max(0, to - from) * width);
    const sum = new Int32Array(width);
    for (let index = from; index < to; index++) rows.set(this.#row(index), (index - from) * width);
    for (const [at, value] of rows.entries()) sum[at % width] = (sum[at % width] ?? 0) + value;
    return [sum, rows];
  }

  /**
   * The cosine between the question and each document, in 127ths of 127ths, after what all documents have in common is
   * taken out of the question: being about the same work as everything else says nothing. Undefined where the question
   * has no direction. Valid until the next question.
   */
  likeness(question: Int8Array): Int32Array | undefined {
    const wanted = this.#particular(question);
    if (!wanted) return undefined;
    if (this.#dots.length < this.#size) this.#dots = new Int32Array(this.#size * 2);
    const open = { first: this.#openFirst, rows: this.#open.values };
    for (const [at, { first, rows }] of [...this.#parts, open].entries()) {
      const end = this.#parts[at + 1]?.first ?? (at < this.#parts.length ? this.#openFirst : this.#size);
      dots(rows, wanted, this.#dots.subarray(first, end));
    }
    return this.#dots;
  }

  #row(index: number): Int8Array {
    const width = this.#dimensions;
    const part = this.#parts[lastAtMost(this.#parts.length, (at) => this.#parts[at]?.first ?? 0, index)];
    const { first, rows } =
      part && index < this.#openFirst ? part : { first: this.#openFirst, rows: this.#open.values };
    return rows.subarray((index - first) * width, (index - first + 1) * width);
  }

  /** Of length 127, in whole numbers, which are multiplied faster. */
  #particular(question: Int8Array): Int8Array | undefined {
    if (question.length !== this.#dimensions) return undefined;
    let along = 0;
    let common = 0;
    for (const [at, value] of this.#sum.entries()) {
      along += value * (question[at] ?? 0);
      common += value * value;
    }
    const factor = common === 0 ? 0 : along / common;
    const rest = Float64Array.from(this.#sum, (value, at) => (question[at] ?? 0) - factor * value);
    const length = Math.hypot(...rest);
    if (length === 0) return undefined;
    return Int8Array.from(rest, (value) => Math.round((value / length) * 127));
  }
}
