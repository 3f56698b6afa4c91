/**
 * An answer of upstream's that the user's transforms see before the client: held until it is whole. The head of a stream goes
 * on at once, so that the client is told that it lives.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { CausewayError, upstreamTooLarge, upstreamUnreadable } from '../../core/errors.ts';
import type { AnswerPart, TransformForm } from '../../core/relay.ts';
import { streamedCompletion, streamedMessage } from './changedStream.ts';
import { wholeCompletion, wholeMessage } from './changedWhole.ts';
import { textOf } from './headers.ts';
import type { RelayedAnswer } from './relayedAnswer.ts';

/** Bytes of one answer; those of the largest models are about one megabyte, and as a stream several times that. */
const maxBytes = 16 * 1024 * 1024;

export interface HeldAnswerOptions {
  form: TransformForm;
  host: string;
  /** Throws what the transforms fail with. */
  change(parts: AnswerPart[]): Promise<AnswerPart[]>;
}

export class HeldAnswer implements Dispatcher.DispatchHandler {
  readonly #to: RelayedAnswer;
  readonly #options: HeldAnswerOptions;
  #holds = false;
  #streams = false;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(to: RelayedAnswer, options: HeldAnswerOptions) {
    this.#to = to;
    this.#options = options;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#to.onRequestStart(controller);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // What is refused says nothing of a model's.
    this.#holds = status >= 200 && status < 300;
    this.#streams = (textOf(headers['content-type']) ?? '').startsWith('text/event-stream');
    this.#to.onResponseStart(controller, status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#holds) {
      this.#to.onResponseData(controller, chunk);
      return;
    }
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) {
      this.#chunks = [];
      this.#to.refuse(upstreamTooLarge(this.#options.host));
    } else this.#chunks.push(chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (!this.#holds) {
      this.#to.onResponseEnd();
      return;
    }
    void this.#changed().then(
      (bytes) => {
        this.#to.onResponseData(controller, bytes);
        this.#to.onResponseEnd();
      },
      (error: unknown) => {
        const known = error instanceof CausewayError ? error : upstreamUnreadable(this.#options.host);
        this.#to.refuse(known);
      },
    );
  }

  /** What had come is not shown: no transform has seen it as a whole. */
  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#chunks = [];
    this.#to.onResponseError(controller, error);
  }

  /** Throws for what is no answer of this form, which nobody has looked into then. */
  async #changed(): Promise<Buffer> {
    const { form, change } = this.#options;
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    const [whole, streamed] =
      form === 'messages' ? [wholeMessage, streamedMessage] : [wholeCompletion, streamedCompletion];
    const answer = (this.#streams ? streamed : whole)(bytes);
    if (answer.parts.length === 0) return bytes;
    const changed = await change(answer.parts);
    return JSON.stringify(changed) === JSON.stringify(answer.parts) ? bytes : answer.with(changed);
  }
}
