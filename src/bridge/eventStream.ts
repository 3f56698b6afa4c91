import { safeHeaders } from './http.ts';

export interface StreamLimits {
  /** An idle stream says so after this many milliseconds, so that nobody in between takes it for dead. */
  pingMs: number;
  /** Events a client may leave unread, in bytes, before its stream is cut. */
  maxUnreadBytes: number;
}

/** An answer of the largest models is about half a megabyte, so only who does not read at all is cut. */
export const defaultStreamLimits: StreamLimits = { pingMs: 15_000, maxUnreadBytes: 4 * 1024 * 1024 };

export const eventStreamHeaders = {
  ...safeHeaders,
  'content-type': 'text/event-stream; charset=utf-8',
  // Some proxies collect what they pass on; this tells them to leave it.
  'x-accel-buffering': 'no',
} as const;

/**
 * Server-sent events for one reader. Events wait in a queue of bounded bytes, since whoever makes them does not
 * wait for the reader; when it overflows the stream is cut.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream implements AsyncIterable<string> {
  readonly #limits: StreamLimits;
  readonly #cut = new AbortController();
  #frames: string[] = [];
  #bytes = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Aborts when the reader left too much unread. */
  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  /** Nothing that is sent now would be taken. */
  get isOver(): boolean {
    return this.#ended;
  }

  /** Adds an event; false when the stream is over and it was not taken. */
  send(type: string, data: string, id?: string): boolean {
    return this.write(`event: ${type}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`);
  }

  /** Adds events as they are on the wire; false when the stream is over and they were not taken. */
  write(frame: string): boolean {
    if (this.#ended) return false;
    this.#bytes += Buffer.byteLength(frame);
    if (this.#bytes > this.#limits.maxUnreadBytes) {
      this.overflow();
      return false;
    }
    this.#frames.push(frame);
    this.#wake?.();
    return true;
  }

  /** For a sender that can wait: resolves when less than half of what may be unread is, or the stream is over. */
  async room(): Promise<void> {
    while (!this.#ended && this.#bytes * 2 > this.#limits.maxUnreadBytes) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** What was sent before is still delivered. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
    this.#tellOfRoom();
  }

  /** Ends the stream of a reader that is too slow; what it had not read is given up. */
  overflow(): void {
    this.#frames = [];
    this.end();
    this.#cut.abort();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    try {
      // The first bytes tell the client that the stream is open, before there is any event.
      yield ': open\n\n';
      for (;;) {
        if (this.#frames.length > 0) yield this.#take();
        else if (this.#ended) return;
        else if (!(await this.#waitForFrame())) yield ': ping\n\n';
      }
    } finally {
      this.end();
    }
  }

  #take(): string {
    const frames = this.#frames.join('');
    this.#frames = [];
    this.#bytes = 0;
    this.#tellOfRoom();
    return frames;
  }

  #tellOfRoom(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** True when there is something to do, false when nothing came for as long as a ping waits. */
  #waitForFrame(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(false), this.#limits.pingMs).unref();
      const finish = (woken: boolean) => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(woken);
      };
      this.#wake = () => finish(true);
    });
  }
}
