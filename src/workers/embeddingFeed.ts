/**
 * Has the texts of sessions embedded, behind everything else: one request at a time, a batch of texts each. Where the
 * model cannot be asked recall goes by the word vectors it always has; the user is told once, and it is tried again
 * after a rest that grows.
 */
import { type CausewayError, embeddingsFailed, toErrorInfo } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { Embedder } from '../core/providers/embedder.ts';
import type { Embedded } from '../core/recall/embedded.ts';
import type { EmbeddingBatch } from './sessionEmbeddings.ts';

/** How long a question waits for its direction, in ms; a turn waits for recall, and words alone are answer enough. */
const questionMs = 1_000;
/** A batch of texts on a machine without a graphics card, in ms. */
const batchMs = 60_000;
/** The first rest after a failure, in ms, and the longest one, when it has failed again and again. */
const firstRestMs = 30_000;
const longestRestMs = 30 * 60_000;

export interface EmbeddingFeedOptions {
  embedder: Pick<Embedder, 'model' | 'directions'>;
  /** The worker of recall. */
  next(sessionId: string, model: string): Promise<EmbeddingBatch | undefined>;
  take(sessionId: string, model: string, batch: EmbeddingBatch, found: readonly Int8Array[]): Promise<void>;
  /** Says to the user what he must know. */
  tell(error: CausewayError): void;
  log: Log;
  monotonic(): number;
}

export class EmbeddingFeed {
  readonly #options: EmbeddingFeedOptions;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<string>();
  #working: Promise<void> | undefined;
  #restUntil = Number.NEGATIVE_INFINITY;
  #restMs = firstRestMs;
  /** The model of which it was told that it fails. */
  #told: string | undefined;

  constructor(options: EmbeddingFeedOptions) {
    this.#options = options;
  }

  /** Embeds what is new in the session, some time soon. */
  schedule(sessionId: string): void {
    if (this.#model === undefined) return;
    this.#waiting.add(sessionId);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** The direction of a question; undefined where none is to be had in time. Never rejects. */
  async question(
    sessionId: string,
    text: string,
    signal: AbortSignal | undefined,
  ): Promise<Embedded | undefined> {
    const model = this.#model;
    if (model === undefined || text.trim() === '') return undefined;
    const late = AbortSignal.timeout(questionMs);
    try {
      const bound = signal ? AbortSignal.any([signal, late]) : late;
      const [direction] = await this.#options.embedder.directions(model, [text], sessionId, bound);
      return direction && direction.length > 0 ? { model, direction } : undefined;
    } catch (error) {
      // One slow answer says nothing of the next; what is wrong is wrong in the background too, which tells it.
      if (!late.aborted && signal?.aborted !== true) this.#failed(model, error);
      return undefined;
    }
  }

  /** Resolves when nothing more is to be embedded now. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#working;
  }

  get #model(): string | undefined {
    const isResting = this.#options.monotonic() < this.#restUntil;
    return isResting || this.#closing.signal.aborted ? undefined : this.#options.embedder.model;
  }

  async #work(): Promise<void> {
    for (const sessionId of this.#waiting) {
      this.#waiting.delete(sessionId);
      for (let model = this.#model; model !== undefined; model = this.#model) {
        try {
          if (!(await this.#step(sessionId, model))) break;
        } catch (error) {
          if (!this.#closing.signal.aborted) this.#failed(model, error);
          break;
        }
      }
    }
  }

  /** False where nothing is left to be done in the session. */
  async #step(sessionId: string, model: string): Promise<boolean> {
    const { embedder, next, take } = this.#options;
    const batch = await next(sessionId, model);
    if (!batch) return false;
    const bound = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(batchMs)]);
    // Entries without a text have no direction, but their place is counted.
    const found =
      batch.texts.length === 0 ? [] : await embedder.directions(model, batch.texts, sessionId, bound);
    this.#restMs = firstRestMs;
    this.#told = undefined;
    await take(sessionId, model, batch, found);
    return true;
  }

  #failed(model: string, error: unknown): void {
    const { log, tell, monotonic } = this.#options;
    this.#restUntil = monotonic() + this.#restMs;
    this.#restMs = Math.min(longestRestMs, this.#restMs * 2);
    log.warn(`Texts could not be embedded by ${model}: ${toErrorInfo(error).code}.`);
    if (this.#told === model) return;
    this.#told = model;
    tell(embeddingsFailed(model, toErrorInfo(error).code));
  }
}
