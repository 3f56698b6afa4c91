import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import {
  type CausewayError,
  clientGone,
  upstreamEncoded,
  upstreamRedirected,
  upstreamTooLarge,
  upstreamTruncated,
} from '../../core/errors.ts';
import type { RelayLimits, RelayOutcome, RelayRefusal } from '../../core/relay.ts';
import type { BodySink, BridgeResponse, PushedBody } from '../http.ts';
import { gone, type Presence } from '../presence.ts';
import type { AnswerReader } from './answerReader.ts';
import { type Failure, failureOf, failureOfReading, isSilence } from './failures.ts';
import { clientHeaders, textOf } from './headers.ts';

/** Longest answer without a stream, in bytes: that of the largest models is about one megabyte. */
const maxWholeBytes = 16 * 1024 * 1024;
/** Bytes of a stream that wait for a client that has not begun to read. */
const maxPendingBytes = 64 * 1024;

export interface RelayedEnd {
  status: number;
  outcome: RelayOutcome;
  firstByteMs: number | undefined;
  /** Of a stream: until its first word. */
  firstTokenMs: number | undefined;
  totalMs: number;
  requestId: string | undefined;
  /** It got to upstream, as far as can be known here. */
  reached: boolean;
}

export interface RelayedAnswerOptions {
  reader: AnswerReader;
  host: string;
  limits: RelayLimits;
  /** A client of a silent stream is told that it lives after so many ms. */
  pingMs: number;
  /** Ends when the client goes away or is revoked. */
  presence: Presence;
  /** Monotonic, in ms. */
  now(): number;
  /** Told what comes of the answer, where somebody keeps it, and whether it is a stream. */
  onData?(chunk: Buffer, streams: boolean): void;
  /** Told what upstream said where it answered with an error, in its own words. */
  onRefused?: ((body: Buffer) => void) | undefined;
  /** Asked where upstream had no answer; when it says true, another attempt of the call is told to this answer. */
  again?: ((refusal: RelayRefusal, reached: boolean) => boolean) | undefined;
  /** Called once, when nothing more comes. */
  onEnd(end: RelayedEnd): void;
}

/**
 * One answer of upstream on its way to the client. Told of it by the connection chunk by chunk, so that nothing waits
 * in a queue in between; a client that is slow holds up the connection itself.
 */
export class RelayedAnswer implements Dispatcher.DispatchHandler, PushedBody {
  readonly #options: RelayedAnswerOptions;
  readonly #from: number;
  readonly #head = Promise.withResolvers<BridgeResponse>();
  #controller: Dispatcher.DispatchController | undefined;
  #sink: BodySink | undefined;
  #status = 0;
  #requestId: string | undefined;
  #firstByteMs: number | undefined;
  #firstTokenMs: number | undefined;
  #headers: Record<string, string> = {};
  #streams = false;
  /** What came and was not read; of an answer that is no stream, all of it. */
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  /** What the client gets as soon as it takes anything. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #ended = false;
  #reached = false;
  #ping: NodeJS.Timeout | undefined;

  constructor(options: RelayedAnswerOptions) {
    this.#options = options;
    this.#from = options.now();
    // Of an answer that is over it is not news any more.
    options.presence.onEnd(() => {
      if (!this.#ended) this.#fail({ error: clientGone(), outcome: 'aborted' });
    });
  }

  /** The answer as soon as its head is there, or all of it. Rejects with a `CausewayError`. */
  get response(): Promise<BridgeResponse> {
    return this.#head.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#reached = !this.#ended;
    if (this.#ended) controller.abort(gone);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // Early hints and the like announce an answer; they are none.
    if (status < 200 || this.#ended) return;
    const { reader, host, pingMs, now } = this.#options;
    this.#firstByteMs = now() - this.#from;
    this.#status = status;
    this.#requestId = textOf(headers['request-id'] ?? headers['x-request-id']);
    const streams = (textOf(headers['content-type']) ?? '').startsWith('text/event-stream');
    const encoding = textOf(headers['content-encoding']) ?? 'identity';
    const redirects = status < 400 && status >= 300;
    if (redirects || (streams && encoding !== 'identity')) {
      this.#fail({ error: redirects ? upstreamRedirected(host) : upstreamEncoded(host), outcome: 'failed' });
      return;
    }
    this.#streams = streams;
    this.#headers = clientHeaders(headers);
    if (!this.#streams) return;
    const head = reader.begin({ status, headers: this.#headers });
    this.#ping = setTimeout(() => this.#tellOfLife(), pingMs).unref();
    this.#head.resolve({ ...head, body: this, cut: this.#options.presence });
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#ended) return;
    this.#options.onData?.(chunk, this.#streams);
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.length;
    if (this.#streams) {
      // The chunks of one packet are read and passed on together, each alone would be several pieces to write.
      if (this.#unread.length === 1) queueMicrotask(() => this.#readOn());
    } else if (this.#unreadBytes > maxWholeBytes) {
      this.#fail({ error: upstreamTooLarge(this.#options.host), outcome: 'failed' });
    }
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    const { reader, host } = this.#options;
    try {
      if (this.#streams) {
        const part = this.#part();
        const last = reader.end ? joined([part, reader.end()]) : part;
        // Some gateways close a stream in good order when theirs broke; only its last event says that it is whole.
        if (reader.outcome !== 'truncated') {
          this.#finish(reader.outcome, last);
          return;
        }
        this.#pass(last);
        this.#fail({ error: upstreamTruncated(), outcome: 'truncated' });
        return;
      }
      const head = { status: this.#status, headers: this.#headers };
      const came = this.#takeUnread();
      if (this.#status >= 400 && this.#isAgain(head)) return;
      if (this.#status >= 400) this.#options.onRefused?.(came);
      const { status, headers, bytes } = reader.whole(head, came);
      this.#status = status;
      this.#head.resolve({ status, headers, body: bytes });
      this.#finish(reader.outcome);
    } catch (error) {
      this.#fail(failureOfReading(error, host));
    }
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#ended) return;
    const { host, limits } = this.#options;
    this.#readOn();
    const progress = this.#streams ? 'stream' : this.#status > 0 ? 'head' : 'nothing';
    // Of one that was silent for long, upstream may still be working on the answer.
    if (progress === 'nothing' && !isSilence(error) && this.#isAgain({ headers: {} })) return;
    this.#fail(failureOf(error, progress, host, limits));
  }

  /** Ends the answer with an error of our own, of which the client gets nothing more. */
  refuse(error: CausewayError): void {
    this.#fail({ error, outcome: 'failed' });
  }

  /** Nothing of this attempt is told to the client. */
  #isAgain(refusal: RelayRefusal): boolean {
    if (!this.#options.again?.(refusal, this.#reached)) return false;
    this.#controller = undefined;
    this.#status = 0;
    this.#headers = {};
    this.#takeUnread();
    return true;
  }

  flow(sink: BodySink): void {
    this.#sink = sink;
    const pending = joined(this.#pending);
    this.#pending = [];
    if (this.#ended) sink.end(pending);
    else if (pending.length === 0 || sink.write(pending)) this.resume();
    else this.#pause();
  }

  resume(): void {
    if (this.#controller?.paused && !this.#ended) this.#controller.resume();
  }

  #pause(): void {
    if (!this.#controller?.paused) this.#controller?.pause();
  }

  #takeUnread(): Buffer {
    const unread = joined(this.#unread);
    this.#unread = [];
    this.#unreadBytes = 0;
    return unread;
  }

  /** What the client gets of what came. Throws what the reader throws. */
  #part(): Uint8Array {
    const { reader, now } = this.#options;
    if (this.#unread.length === 0) return nothing;
    const part = reader.part(this.#takeUnread());
    if (this.#firstTokenMs === undefined && reader.hasBegun) this.#firstTokenMs = now() - this.#from;
    return part;
  }

  #readOn(): void {
    if (this.#ended || !this.#streams) return;
    try {
      this.#pass(this.#part());
    } catch (error) {
      this.#fail(failureOfReading(error, this.#options.host));
    }
  }

  #pass(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#ping?.refresh();
    if (this.#sink) {
      if (!this.#sink.write(bytes)) this.#pause();
      return;
    }
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > maxPendingBytes) this.#pause();
  }

  /** Not to a client that does not read what it has. */
  #tellOfLife(): void {
    if (this.#ended) return;
    if (!this.#controller?.paused) this.#pass(this.#options.reader.ping);
    this.#ping?.refresh();
  }

  /** Tells the client as its answer still can: by an error, or within the stream. */
  #fail({ error, outcome }: Failure): void {
    if (this.#ended) return;
    const tells = this.#streams && outcome !== 'aborted';
    if (!this.#streams) this.#status = outcome === 'aborted' ? 0 : error.status;
    this.#head.reject(error);
    this.#finish(outcome, tells ? this.#options.reader.broken(error) : nothing);
    this.#controller?.abort(gone);
  }

  #finish(outcome: RelayOutcome, last: Uint8Array = nothing): void {
    this.#ended = true;
    clearTimeout(this.#ping);
    if (!this.#sink) this.#pending.push(last);
    // Whoever was revoked is to see that the stream broke off; its connection is cut by the same signal.
    else if (outcome !== 'aborted') this.#sink.end(last);
    this.#options.onEnd({
      status: this.#status,
      outcome,
      firstByteMs: this.#firstByteMs,
      firstTokenMs: this.#firstTokenMs,
      totalMs: this.#options.now() - this.#from,
      requestId: this.#requestId,
      reached: this.#reached,
    });
  }
}

const nothing = Buffer.alloc(0);

function joined(chunks: readonly Uint8Array[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only
    ? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
    : Buffer.concat(chunks);
}
