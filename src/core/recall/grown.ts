/** A column of numbers that grows at its end. */

interface Numbers {
  readonly length: number;
  [index: number]: number;
  set(values: ArrayLike<number>, offset?: number): void;
}

export class Grown<T extends Numbers> {
  readonly #make: (length: number) => T;
  /** Longer than what was put in; what is behind is zero. It is another array after each growth. */
  values: T;
  size = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.values = make(64);
  }

  push(value: number): void {
    this.#reserve(1);
    this.values[this.size++] = value;
  }

  append(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.values.set(values, this.size);
    this.size += values.length;
  }

  /** Zero behind the end. */
  at(index: number): number {
    return this.values[index] ?? 0;
  }

  #reserve(more: number): void {
    if (this.size + more <= this.values.length) return;
    const larger = this.#make(Math.max(this.size + more, this.values.length * 2));
    larger.set(this.values);
    this.values = larger;
  }
}

/** The last of ascending numbers that is at most `value`, by its place; -1 where none is. */
export function lastAtMost(length: number, at: (place: number) => number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(middle) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
