/** Who waits for the answer of a turn whose request had a key: it goes on for a while when all have gone. */
import { narrowed, revoked } from '../presence.ts';

/** Clients that try again wait at most eight seconds between two attempts, as Anthropic's and OpenAI's SDKs do. */
export const graceMs = 10_000;

export class Readers {
  readonly #abort = new AbortController();
  readonly #graceMs: number;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(grace = graceMs) {
    this.#graceMs = grace;
  }

  /** Aborts when nobody has waited for the grace period, or a client was revoked. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** One more waits, until its signal aborts; a detached one's never does unless its client is revoked. */
  add(signal: AbortSignal): void {
    this.#waiting++;
    clearTimeout(this.#timer);
    const leave = () => this.#leave(signal.reason === revoked || signal.reason === narrowed);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  /** The turn has ended; whoever leaves now stops nothing. */
  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #leave(atOnce: boolean): void {
    this.#waiting--;
    if (this.#over || (this.#waiting > 0 && !atOnce)) return;
    if (atOnce) this.#abort.abort();
    else this.#timer = setTimeout(() => this.#abort.abort(), this.#graceMs).unref();
  }
}
