/** Something that holds a resource until it is disposed. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void;
}

/** Wraps a function as a disposable that runs it once. */
export function toDisposable(run: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      run();
    },
  };
}

/**
 * Owns disposables and disposes them together, last added first. When some throw, the others are disposed all the
 * same, and `dispose()` then throws the first error.
 * Whatever is added after `dispose()` is disposed at once, so that late arrivals do not leak.
 */
export class DisposableStore implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  get isDisposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.add(item);
    return item;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const thrown: unknown[] = [];
    for (const item of [...this.#items].reverse()) {
      try {
        item.dispose();
      } catch (error) {
        thrown.push(error);
      }
    }
    this.#items.clear();
    if (thrown.length > 0) throw thrown[0];
  }
}
