import { type Disposable, toDisposable } from './disposable.ts';

/** Subscribes a listener; the returned disposable ends the subscription. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/**
 * Delivers values to listeners in the order of subscription; one that was disposed hears nothing more, not even
 * the value being delivered. After `dispose()` it takes no more listeners and tells nobody anything.
 * A listener that throws does not keep the others from hearing; its error goes to `onError`.
 */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<{ hear: (value: T) => void }>();
  readonly #onError: (error: unknown) => void;
  #disposed = false;

  constructor(
    onError: (error: unknown) => void = (error) =>
      queueMicrotask(() => {
        throw error;
      }),
  ) {
    this.#onError = onError;
  }

  readonly event: Event<T> = (listener) => {
    // An object for each subscription, so that the same function may subscribe twice.
    const subscription = { hear: listener };
    if (!this.#disposed) this.#listeners.add(subscription);
    return toDisposable(() => this.#listeners.delete(subscription));
  };

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue;
      try {
        listener.hear(value);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
  }
}
