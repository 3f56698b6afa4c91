/** The best of many, kept while they come, so that a hundred thousand need not be sorted for a hundred. */
export class Best<T> {
  readonly #limit: number;
  readonly #before: (a: T, z: T) => number;
  /** A heap with the worst of them at the top. */
  readonly #heap: T[] = [];

  /** `before` is negative where `a` is better than `z`; no two are equal. */
  constructor(limit: number, before: (a: T, z: T) => number) {
    this.#limit = limit;
    this.#before = before;
  }

  /** The one that the next has to be better than; undefined while there is room. */
  get worst(): T | undefined {
    return this.#heap.length < this.#limit ? undefined : this.#heap[0];
  }

  add(one: T): void {
    const heap = this.#heap;
    if (heap.length < this.#limit) {
      heap.push(one);
      this.#up(heap.length - 1);
    } else if (heap[0] !== undefined && this.#before(one, heap[0]) < 0) {
      heap[0] = one;
      this.#down(0);
    }
  }

  sorted(): T[] {
    return [...this.#heap].sort(this.#before);
  }

  #isWorse(a: number, z: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[z];
    return one !== undefined && other !== undefined && this.#before(one, other) > 0;
  }

  #up(from: number): void {
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.#isWorse(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  #down(from: number): void {
    for (let at = from; ; ) {
      let worst = at;
      for (const below of [2 * at + 1, 2 * at + 2]) if (this.#isWorse(below, worst)) worst = below;
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }

  #swap(a: number, z: number): void {
    const one = this.#heap[a];
    const other = this.#heap[z];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[z] = one;
  }
}
