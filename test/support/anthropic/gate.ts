/** Lets a test release steps one by one, and wait until the server stands at one. No timer is involved. */
export class Gate {
  #open = 0;
  #waiting: (() => void)[] = [];
  #arrived: (() => void)[] = [];

  /** Server side: waits for one step. An answer whose client has gone keeps its place until it is released. */
  async pass(): Promise<void> {
    for (const wake of this.#arrived.splice(0)) wake();
    if (this.#open > 0) {
      this.#open--;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  step(count = 1): void {
    for (let n = 0; n < count; n++) {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#open++;
    }
  }

  /** Resolves when the server next stands at the gate; at once when it does already. */
  arrived(): Promise<void> {
    if (this.#waiting.length > 0) return Promise.resolve();
    return new Promise((resolve) => this.#arrived.push(resolve));
  }
}
