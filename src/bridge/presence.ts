/** Why someone is there no more. One object each, since an error of its own for every request would cost its stack. */
export const gone = new Error('The client went away.');
export const revoked = new Error('The client was revoked.');
export const narrowed = new Error('The client lost the scope that this needs.');

/**
 * That a client is there and may be: ends once, when it goes away, has its whole answer, or is revoked. What an
 * `AbortSignal` is, without its price, which is paid only by those who ask for one.
 */
export class Presence {
  readonly #listeners = new Set<() => void>();
  #reason: Error | undefined;
  #abort: AbortController | undefined;

  /** Undefined as long as it lasts. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  get over(): boolean {
    return this.#reason !== undefined;
  }

  /** Aborts with the reason. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#reason) this.#abort.abort(this.#reason);
    return this.#abort.signal;
  }

  /** Calls back once, at once when it is over. */
  onEnd(listener: () => void): void {
    if (this.over) listener();
    else this.#listeners.add(listener);
  }

  offEnd(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  end(reason: Error): void {
    if (this.over) return;
    this.#reason = reason;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
    this.#abort?.abort(reason);
  }
}
