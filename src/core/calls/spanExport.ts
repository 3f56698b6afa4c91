/** Sends each call as a span to a receiver of OTLP, behind the answers and never in their way. */
import type { Disposable } from '../../base/disposable.ts';
import type { Log } from '../ports.ts';
import type { CallSource, LoggedCall } from '../relay.ts';
import { exportBody, isInference, type Span, spanOf } from './genAiSpan.ts';

/** What became of one sending. */
export interface Sent {
  status: number;
  /** Ms after which the receiver wants to be asked again, where it said so. */
  retryAfterMs?: number;
  /** Spans it did not take, of a sending that it took otherwise. */
  rejected?: number;
}

export interface SpanExportOptions {
  calls: Pick<CallSource, 'onDidAdd'>;
  /** Where spans go; undefined while none are to leave. Read anew for each call and each sending. */
  endpoint(): string | undefined;
  /** Rejects where nobody answered. */
  send(endpoint: string, body: string, signal: AbortSignal): Promise<Sent>;
  version: string;
  log: Log;
  /** How long a span waits to be sent together with others, in ms. */
  waitMs?: number;
}

/** Sizes and times of the batches that OpenTelemetry's own SDKs make. */
const mostWaiting = 2048;
const mostTogether = 512;
const usualWaitMs = 5000;
/** Longest wait between two tries, in ms: a receiver that was down for an hour is found again within a minute. */
const longestWaitMs = 60_000;
/** Longest wait that a receiver can ask for, in ms. */
const longestAskedMs = 600_000;
/** How long closing waits for what is left, in ms. */
const closingMs = 2000;

/** Answers after which the same may be sent again, by OTLP; whatever else fails is given up. */
const again: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export class SpanExport {
  readonly #options: SpanExportOptions;
  readonly #subscription: Disposable;
  readonly #waitMs: number;
  readonly #closing = new AbortController();
  #waiting: Span[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | undefined;
  #failures = 0;
  #closed = false;

  constructor(options: SpanExportOptions) {
    this.#options = options;
    this.#waitMs = options.waitMs ?? usualWaitMs;
    this.#subscription = options.calls.onDidAdd((call) => this.#add(call));
  }

  /** Sends what waits, once, and ends. Resolves within two seconds, whatever the receiver does. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#subscription.dispose();
    clearTimeout(this.#timer);
    const over = setTimeout(() => this.#closing.abort(), closingMs);
    await this.#sending;
    await this.#send();
    clearTimeout(over);
  }

  #add(call: LoggedCall): void {
    if (this.#options.endpoint() === undefined || !isInference(call)) return;
    this.#waiting.push(spanOf(call, { traceId: hex(16), spanId: hex(8) }));
    this.#bound();
    this.#wait(this.#waitMs);
  }

  /** The oldest are given up: answers go on, and memory stays bounded. */
  #bound(): void {
    if (this.#waiting.length > mostWaiting) this.#waiting.splice(0, this.#waiting.length - mostWaiting);
  }

  #wait(ms: number): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#sending ??= this.#send().finally(() => {
        this.#sending = undefined;
      });
    }, ms);
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const { endpoint, send, version, log } = this.#options;
      const to = endpoint();
      // What was switched off meanwhile is not sent any more.
      if (to === undefined) {
        this.#waiting = [];
        return;
      }
      const spans = this.#waiting.splice(0, mostTogether);
      const body = JSON.stringify(exportBody(spans, version));
      const sent = await send(to, body, this.#closing.signal).catch((error: unknown) => {
        this.#tell('The OpenTelemetry endpoint cannot be reached.', error);
        return undefined;
      });
      if (sent && sent.status >= 200 && sent.status < 300) {
        this.#failures = 0;
        if (sent.rejected) log.warn(`The OpenTelemetry endpoint did not take ${sent.rejected} spans.`);
        continue;
      }
      if (sent) this.#tell(`The OpenTelemetry endpoint answers ${sent.status}.`);
      this.#failures++;
      // Spans that it will never take would be refused for ever.
      if (sent && !again.has(sent.status)) continue;
      if (this.#closed) return;
      this.#waiting.unshift(...spans);
      this.#bound();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      const usual = Math.min(this.#waitMs * 2 ** (this.#failures - 1), longestWaitMs);
      this.#wait(Math.min(sent?.retryAfterMs ?? usual, longestAskedMs));
      return;
    }
  }

  /** Only the first failure of several is worth a line. */
  #tell(message: string, error?: unknown): void {
    if (this.#failures === 0) this.#options.log.error(message, error);
  }
}

const hex = (bytes: number): string =>
  [...crypto.getRandomValues(new Uint8Array(bytes))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
