/**
 * Ends a request on which nothing arrives any more. It watches the bytes of the response rather than the
 * events, because Anthropic's API keeps a silent model's connection alive with pings that the SDK does not pass on.
 */
export class IdleWatch {
  readonly #limitMs: number;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #caller: AbortSignal;
  readonly #onAbort = () => this.#controller.abort();
  #stalled = false;
  #stopped = false;

  constructor(limitMs: number, signal: AbortSignal) {
    this.#limitMs = limitMs;
    this.#caller = signal;
    if (signal.aborted) this.#controller.abort();
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Aborts when the caller's signal does, or when the connection has been silent for the limit. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  touch(): void {
    clearTimeout(this.#timer);
    // A last chunk may come after the end; it must not start the clock again.
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#stalled = true;
      this.#controller.abort();
    }, this.#limitMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#caller.removeEventListener('abort', this.#onAbort);
  }

  /** A `fetch` whose response bodies count as signs of life. */
  readonly fetch: typeof fetch = async (input, init) => {
    this.touch();
    const response = await fetch(input, init);
    this.touch();
    if (!response.body) return response;
    const watched = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        this.touch();
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(watched), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}
