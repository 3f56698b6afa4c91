/** Heights and places of the rows of a list of which only a window is in the page. Pure; in CSS pixels. */

export class RowHeights {
  #keys: readonly string[] = [];
  readonly #measured = new Map<string, number>();
  /** `#tops[i]` is where row i begins; one more than there are rows. */
  #tops = new Float64Array(1);
  #index = new Map<string, number>();
  #estimate: (index: number) => number = () => 100;

  /** Takes new rows; what was measured of those that stay is kept. */
  setRows(keys: readonly string[], estimate: (index: number) => number): void {
    this.#estimate = estimate;
    const same = sharedStart(this.#keys, keys);
    const grown = same === this.#keys.length;
    this.#keys = keys;
    const tops = new Float64Array(keys.length + 1);
    tops.set(this.#tops.subarray(0, same + 1));
    this.#tops = tops;
    if (!grown) this.#index = new Map();
    for (let at = grown ? same : 0; at < keys.length; at++) this.#index.set(keys[at] ?? '', at);
    this.#layOut(same);
  }

  /** Returns whether the height differs from what was known. */
  measure(key: string, height: number): boolean {
    if (this.#measured.get(key) === height) return false;
    this.#measured.set(key, height);
    const at = this.#index.get(key);
    if (at === undefined) return false;
    if (this.height(at) !== height) this.#layOut(at);
    return true;
  }

  /** Forgets what was measured, for another width. */
  forget(): void {
    this.#measured.clear();
    this.#layOut(0);
  }

  get total(): number {
    return this.#tops[this.#keys.length] ?? 0;
  }

  top(index: number): number {
    return this.#tops[Math.max(0, Math.min(index, this.#keys.length))] ?? 0;
  }

  height(index: number): number {
    return this.top(index + 1) - this.top(index);
  }

  indexOf(key: string): number | undefined {
    return this.#index.get(key);
  }

  keyAt(index: number): string | undefined {
    return this.#keys[index];
  }

  /** The row in which a place lies; the last one for places after the end. */
  at(place: number): number {
    let low = 0;
    let high = Math.max(0, this.#keys.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** First row and the row after the last one that a view of this height at `place` needs. */
  window(place: number, view: number, spare: number): { first: number; end: number } {
    if (this.#keys.length === 0) return { first: 0, end: 0 };
    return { first: this.at(place - spare), end: this.at(place + view + spare) + 1 };
  }

  #layOut(from: number): void {
    let top = this.#tops[from] ?? 0;
    for (let at = from; at < this.#keys.length; at++) {
      top += this.#measured.get(this.#keys[at] ?? '') ?? this.#estimate(at);
      this.#tops[at + 1] = top;
    }
  }
}

function sharedStart(a: readonly string[], b: readonly string[]): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at++;
  return at;
}
