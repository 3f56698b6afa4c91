interface Reader<T> extends AsyncIterator<T, void, undefined> {
  return(): Promise<IteratorResult<T, void>>;
}

/**
 * A queue with one consumer: values pushed from callbacks are read with `for await`.
 * After `end()` the values already pushed are still delivered, then the iteration finishes.
 * A consumer that leaves, even while it waits for a value, ends the queue. `onEnd` runs once, when the queue ends.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  readonly #waiting: ((result: IteratorResult<T, void>) => void)[] = [];
  readonly #onEnd: (() => void) | undefined;
  #ended = false;

  constructor(onEnd?: () => void) {
    this.#onEnd = onEnd;
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
    const reader = this.#waiting.shift();
    if (reader) reader({ done: false, value });
    else this.#values.push(value);
    return true;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader({ done: true, value: undefined });
    this.#onEnd?.();
  }

  // Written out rather than as a generator: a generator that waits for a value cannot be left before one comes.
  [Symbol.asyncIterator](): Reader<T> {
    return {
      next: () =>
        new Promise((resolve) => {
          if (this.#values.length > 0) resolve({ done: false, value: this.#values.shift() as T });
          else if (this.#ended) resolve({ done: true, value: undefined });
          else this.#waiting.push(resolve);
        }),
      return: async () => {
        this.#values.length = 0;
        this.end();
        return { done: true, value: undefined };
      },
    };
  }
}
