/** What one thread is asked, one after another in the order in which it came. */
import { raced } from '../base/raced.ts';
import { transformsBusy } from '../core/errors.ts';

/** Calls that wait or are at work; beyond it they are refused, so that a slow module holds no memory without bound. */
const mostCalls = 64;

export class TransformQueue {
  readonly #waitMs: number;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  /** How long a call waits for its turn at most, in ms. */
  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /** For what all that come later need; it waits as long as it has to. */
  async whole<T>(work: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  /**
   * Throws `transforms_busy` where too many wait or it has waited too long, and the reason of the signal as soon as it
   * aborts. What has begun by then goes on, and the next waits for it: only one is at work.
   */
  async call<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#waiting.length + (this.#isBusy ? 1 : 0) >= mostCalls) throw transformsBusy();
    if (!this.#isBusy) return raced(this.whole(work), signal);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(transformsBusy()), this.#waitMs);
    const ends = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    try {
      await this.#turn(ends);
    } finally {
      clearTimeout(timer);
    }
    const done = async () => {
      try {
        ends.throwIfAborted();
        return await work();
      } finally {
        this.#next();
      }
    };
    return raced(done(), signal);
  }

  /** Rejects with the reason of the signal, after which it waits no more. */
  async #turn(ends?: AbortSignal): Promise<void> {
    if (!this.#isBusy) {
      this.#isBusy = true;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.#waiting.splice(this.#waiting.indexOf(begin), 1);
      reject(ends?.reason);
    };
    const begin = () => {
      ends?.removeEventListener('abort', leave);
      resolve();
    };
    this.#waiting.push(begin);
    ends?.addEventListener('abort', leave, { once: true });
    await promise;
  }

  #next(): void {
    const begin = this.#waiting.shift();
    if (begin) begin();
    else this.#isBusy = false;
  }
}
