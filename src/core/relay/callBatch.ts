import type { Log } from '../ports.ts';
import type { CallLog, LoggedCall } from '../relay.ts';

/** How long a call waits to be written together with others, in ms; a dashboard that is a second behind is live. */
const waitMs = 1000;
/** Calls that are written at once: a message of about 100 kB between threads. */
const mostTogether = 500;
/**
 * Calls that wait while the log cannot keep up or cannot be written. Beyond it the oldest are given up: answers go
 * on, and memory stays bounded.
 */
const mostWaiting = 20_000;

/** Writes calls behind their answers, some together. */
export class CallBatch {
  readonly #calls: CallLog;
  readonly #log: Log;
  #waiting: LoggedCall[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;
  #failing = false;
  #closed = false;

  constructor(calls: CallLog, log: Log) {
    this.#calls = calls;
    this.#log = log;
  }

  add(call: LoggedCall): void {
    if (this.#closed) return;
    this.#waiting.push(call);
    if (this.#waiting.length >= mostTogether && !this.#writing && !this.#failing) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), waitMs);
    if (this.#waiting.length > mostWaiting) {
      this.#waiting.splice(0, mostTogether);
      this.#log.warn(`The call log cannot keep up: ${mostTogether} calls were left out.`);
    }
  }

  /** Resolves when all calls up to now were written, or could not be. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, mostTogether);
      try {
        await this.#calls.add(some);
        this.#failing = false;
      } catch (error) {
        // They are tried again with the next ones; only the first failure is worth a line.
        this.#waiting.unshift(...some);
        if (!this.#failing) this.#log.error('Calls could not be written to the call log.', error);
        this.#failing = true;
        if (!this.#closed) this.#timer ??= setTimeout(() => void this.flush(), waitMs);
        return;
      }
    }
  }
}
