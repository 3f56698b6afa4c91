/**
 * A queue with one consumer: values pushed from callbacks are read with `for await`.
 * After `end()` the values already pushed are still delivered, then the iteration finishes.
 * A consumer that leaves the loop ends the queue and runs `onReturn` once.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  readonly #onReturn: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(onReturn?: () => void) {
    this.#onReturn = onReturn;
  }

  /** Number of values waiting to be read. */
  get size(): number {
    return this.#values.length;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** Adds a value; false when the queue has ended and the value was not taken. */
  push(value: T): boolean {
    if (this.#ended) return false;
    this.#values.push(value);
    this.#wake?.();
    return true;
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        while (this.#values.length > 0) yield this.#values.shift() as T;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      this.#ended = true;
      this.#onReturn?.();
    }
  }
}
