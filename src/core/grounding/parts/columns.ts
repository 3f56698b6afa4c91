/** Columns that are used again for the next question: making megabytes anew for each takes longer than counting. */
export class Columns {
  readonly #floats: Float32Array[] = [];
  readonly #numbers: Uint32Array[] = [];
  #usedFloats = 0;
  #usedNumbers = 0;

  begin(): void {
    this.#usedFloats = 0;
    this.#usedNumbers = 0;
  }

  /** All zero. */
  next(size: number): Float32Array {
    const at = this.#usedFloats++;
    const known = this.#floats[at];
    if (known && known.length >= size) return known.subarray(0, size).fill(0);
    const made = new Float32Array(roomFor(size));
    this.#floats[at] = made;
    return made.subarray(0, size);
  }

  /** With whatever is in them. */
  nextNumbers(size: number): Uint32Array {
    const at = this.#usedNumbers++;
    const known = this.#numbers[at];
    if (known && known.length >= size) return known.subarray(0, size);
    const made = new Uint32Array(roomFor(size));
    this.#numbers[at] = made;
    return made.subarray(0, size);
  }
}

/** Some room more, as an index grows by a few chunks at a time. */
const roomFor = (size: number): number => size + (size >>> 3);
