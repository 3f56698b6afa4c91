/** Directions of all documents in one array, compared with that of a question. */

/** Numbers that are multiplied at once, side by side, which processors are faster at. */
const lanes = 4;

export class Meanings {
  readonly #dimensions: number;
  /** Numbers of a row, filled up with zeros to whole lanes. */
  readonly #width: number;
  #rows: Int8Array;
  #size = 0;
  /** Whole numbers, so that it does not matter in which runs the documents came. */
  readonly #sum: Float64Array;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#width = Math.ceil(dimensions / lanes) * lanes;
    this.#rows = new Int8Array(this.#width * 1024);
    this.#sum = new Float64Array(dimensions);
  }

  /** One without a direction, or from a table of another size, is like nothing. */
  add(meaning: Int8Array): void {
    const start = this.#size * this.#width;
    if (start + this.#width > this.#rows.length) {
      const larger = new Int8Array(this.#rows.length * 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#size += 1;
    if (meaning.length !== this.#dimensions) return;
    this.#rows.set(meaning, start);
    for (const [at, value] of meaning.entries()) this.#sum[at] = (this.#sum[at] ?? 0) + value;
  }

  /** Empty where the document has none. */
  read(index: number): Int8Array<ArrayBuffer> {
    const row = this.#rows.slice(index * this.#width, index * this.#width + this.#dimensions);
    return row.some((value) => value !== 0) ? row : new Int8Array(0);
  }

  /**
   * The cosine between the question and each document, after what all documents have in common is taken out of the
   * question: being about the same work as everything else says nothing. Undefined where the question has no direction.
   */
  likeness(question: Int8Array): Float64Array | undefined {
    const wanted = this.#particular(question);
    if (!wanted) return undefined;
    const width = this.#width;
    const rows = this.#rows;
    const result = new Float64Array(this.#size);
    for (let index = 0, at = 0; index < result.length; index++) {
      let [a, b, c, d] = [0, 0, 0, 0];
      // Said to be 32-bit numbers at each step, by which a third of the time is won.
      for (let place = 0; place < width; place += lanes, at += lanes) {
        a = (a + Math.imul(rows[at] ?? 0, wanted[place] ?? 0)) | 0;
        b = (b + Math.imul(rows[at + 1] ?? 0, wanted[place + 1] ?? 0)) | 0;
        c = (c + Math.imul(rows[at + 2] ?? 0, wanted[place + 2] ?? 0)) | 0;
        d = (d + Math.imul(rows[at + 3] ?? 0, wanted[place + 3] ?? 0)) | 0;
      }
      result[index] = (a + b + c + d) / (127 * 127);
    }
    return result;
  }

  /** Of length 127, in whole numbers, which are multiplied faster. */
  #particular(question: Int8Array): Int32Array | undefined {
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
    const wanted = new Int32Array(this.#width);
    wanted.set(rest.map((value) => Math.round((value / length) * 127)));
    return wanted;
  }
}
