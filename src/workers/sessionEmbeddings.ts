/** The directions that an embedding model gives the documents of one session: what is asked for next, and what is kept. */
import { documentsOf } from '../core/recall/entryDocuments.ts';
import type { SessionIndex } from '../core/recall/sessionIndex.ts';
import type { RecallSource } from '../core/session/recallSource.ts';

/** Entries of a kept run, as in the index itself. */
const runLength = 512;
/** New entries after which the last run is written again; as many are asked for anew at a start. */
const renewAfter = 32;
/** Entries whose texts are asked for together; servers take hundreds of texts, and the host passes them on. */
const batchLength = 32;
/** Characters of a text that go to the host, of which the provider sends less: a secret must not be cut before it is masked. */
const longestText = 8_000;
const runsAtATime = 4;

/** Texts that wait for their direction, and which entries they are of. */
export interface EmbeddingBatch {
  fromSeq: number;
  toSeq: number;
  texts: string[];
}

interface Session {
  sessionId: string;
  source: RecallSource;
  /** Nothing of it is kept. */
  private: boolean;
}

export class SessionEmbeddings {
  readonly #session: Session;
  readonly #index: SessionIndex;
  #keptTo = 0;
  /** Runs of another model, or that do not fit, are still kept. */
  #isAnew = false;
  #opening: Promise<void> = Promise.resolve();

  constructor(session: Session, index: SessionIndex) {
    this.#session = session;
    this.#index = index;
  }

  /** Takes what is kept of this model. Never rejects. */
  async open(model: string): Promise<void> {
    if (this.#index.embedBy(model)) {
      this.#keptTo = 0;
      this.#opening = this.#load().catch(() => {
        // What cannot be read is asked for again.
        this.#isAnew = true;
      });
    }
    await this.#opening;
  }

  /** The next texts, from the log; undefined where all that is indexed has its direction. */
  async next(model: string): Promise<EmbeddingBatch | undefined> {
    await this.open(model);
    const { sessionId, source } = this.#session;
    const afterSeq = this.#index.embeddedTo;
    const rest = Math.min(batchLength, runLength - (afterSeq % runLength), this.#index.lastSeq - afterSeq);
    if (rest <= 0) return undefined;
    const toSeq = afterSeq + rest;
    const entries = await source.log(sessionId, { afterSeq, limit: rest });
    const texts = entries
      .filter(({ seq }) => seq > afterSeq && seq <= toSeq)
      .flatMap((entry) => documentsOf(entry, []))
      .map(({ text }) => text.slice(0, longestText));
    // An entry that can be read now could not be when it was indexed, or the other way round.
    if (texts.length !== this.#index.documentCount(afterSeq + 1, toSeq)) return undefined;
    return { fromSeq: afterSeq + 1, toSeq, texts };
  }

  /** Takes the directions of a batch, unless they were given meanwhile or are of another model than the one of now. */
  async take(
    model: string,
    { fromSeq, toSeq }: EmbeddingBatch,
    directions: readonly Int8Array[],
  ): Promise<void> {
    const fits = this.#index.documentCount(fromSeq, toSeq) === directions.length;
    if (this.#index.embedBy(model) || fromSeq !== this.#index.embeddedTo + 1 || !fits) return;
    this.#index.addEmbedded(directions, toSeq);
    const isFull = toSeq % runLength === 0;
    if (isFull || toSeq - this.#keptTo >= renewAfter) await this.#keep(toSeq);
  }

  async #load(): Promise<void> {
    const { sessionId, source } = this.#session;
    for (;;) {
      const fromSeq = this.#index.embeddedTo + 1;
      const runs = await source.recallRuns(sessionId, { kind: 'embeddings', fromSeq, limit: runsAtATime });
      for (const { fromSeq: begin, toSeq, bytes } of runs) {
        if (
          begin !== this.#index.embeddedTo + 1 ||
          bytes === undefined ||
          !this.#index.loadEmbedded(bytes, toSeq)
        ) {
          this.#isAnew = this.#index.embeddedTo === 0;
          return;
        }
        this.#keptTo = toSeq;
      }
      if (runs.length < runsAtATime) return;
    }
  }

  async #keep(toSeq: number): Promise<void> {
    const { sessionId, source, private: isPrivate } = this.#session;
    const fromSeq = Math.floor((toSeq - 1) / runLength) * runLength + 1;
    const bytes = this.#index.encodeEmbedded(fromSeq, toSeq);
    if (isPrivate || !bytes || !this.#index.isWhole(fromSeq, toSeq)) return;
    this.#keptTo = toSeq;
    try {
      await source.putRecallRun(sessionId, {
        kind: 'embeddings',
        fromSeq,
        toSeq,
        bytes,
        ...(this.#isAnew ? { anew: true } : {}),
      });
      this.#isAnew = false;
    } catch {
      // A full disk, a database that is read-only, a session that was just purged: they can be had again.
    }
  }
}
