/** Long work in a worker, in short pieces: what is asked meanwhile is answered between them. */
import { setImmediate } from 'node:timers/promises';

/** A question waits for no more than one piece, in ms. */
const pieceMs = 8;

export class Pace {
  #since = performance.now();
  #paused: { promise: Promise<void>; resume: () => void } | undefined;

  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  /** Lets others have the thread where it was held long enough, and waits while the work is paused. */
  async breathe(): Promise<void> {
    if (this.#paused) await this.#paused.promise;
    else if (performance.now() - this.#since < pieceMs) return;
    else await setImmediate();
    this.#since = performance.now();
  }

  /** Goes through steps, each of them short. */
  async through(steps: Generator<void, void>): Promise<void> {
    while (!steps.next().done) await this.breathe();
  }

  pause(): void {
    if (this.#paused) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#paused = { promise, resume: resolve };
  }

  resume(): void {
    this.#paused?.resume();
    this.#paused = undefined;
  }
}
