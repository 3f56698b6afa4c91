/** One session's index as it is held in memory: it follows the log, page by page, and keeps what it has made of it. */
import { setImmediate } from 'node:timers/promises';
import { type SessionHit, SessionIndex, type SessionQuestion } from '../core/recall/sessionIndex.ts';
import type { WordVectors } from '../core/recall/wordVectors.ts';
import type { RecallRun, RecallSource } from '../core/session/recallSource.ts';
import { SessionEmbeddings } from './sessionEmbeddings.ts';

/** Entries of a run that is renewed until it is full; more make it slow to renew. */
const runLength = 512;
/**
 * Full runs that are written again as one: it holds their words once instead of eight times, and a start looks them up
 * in fewer places. More would hold up a question for longer that comes while they are written.
 */
const runsMerged = 8;
/** New entries after which the last run is written again; as many are analysed anew at a start. */
const renewAfter = 32;
/** Entries read at a time; a question waits for one page of them at most, some ms. */
const pageLength = 64;
/** Runs read at a time; a merged one is about 2 MB. */
const runsAtATime = 4;

export interface HeldSessionOptions {
  sessionId: string;
  source: RecallSource;
  vectors: WordVectors | undefined;
  /** Nothing of it is kept. */
  private: boolean;
  /** Hears what the user's log should say. */
  tell(line: string): void;
}

export class HeldSession {
  readonly source: RecallSource;
  readonly #options: HeldSessionOptions;
  #index: SessionIndex;
  #wanted = 0;
  /** Through this place the index is also in the store. */
  #keptThrough = 0;
  #following: Promise<void> | undefined;
  #embeddings: SessionEmbeddings;

  constructor(options: HeldSessionOptions) {
    this.#options = options;
    this.source = options.source;
    this.#index = new SessionIndex(options.vectors);
    this.#embeddings = new SessionEmbeddings(options, this.#index);
  }

  /** Entries it has in memory. */
  get size(): number {
    return this.#index.lastSeq;
  }

  get isBusy(): boolean {
    return this.#following !== undefined;
  }

  /** Directions of its documents by an embedding model. */
  get embeddings(): SessionEmbeddings {
    return this.#embeddings;
  }

  search(question: SessionQuestion): SessionHit[] {
    return this.#index.search(question);
  }

  /** Resolves once everything up to that place is in the index. Rejects as the store does. */
  async follow(lastSeq: number): Promise<void> {
    // A log that has become shorter is not the one that was indexed.
    if (lastSeq < this.#index.lastSeq) this.#startAnew();
    this.#wanted = Math.max(this.#wanted, lastSeq);
    if (this.#index.lastSeq >= lastSeq) return;
    this.#following ??= this.#catchUp().finally(() => {
      this.#following = undefined;
    });
    await this.#following;
  }

  /** Keeps what is new since the last run, if it is worth a write. */
  async keep(): Promise<void> {
    if (this.#index.lastSeq - this.#keptThrough >= renewAfter) await this.#keepRun();
  }

  /** Takes less memory from here on: others are in use. */
  settle(): void {
    if (!this.isBusy) this.#index.settle();
  }

  #startAnew(): void {
    this.#index = new SessionIndex(this.#options.vectors);
    this.#embeddings = new SessionEmbeddings(this.#options, this.#index);
    this.#wanted = 0;
    this.#keptThrough = 0;
  }

  async #catchUp(): Promise<void> {
    while (this.#index.lastSeq < this.#wanted) {
      const index = this.#index;
      if (index.lastSeq % runLength === 0) await this.#loadRuns(index);
      if (index === this.#index && index.lastSeq < this.#wanted) await this.#readPage(index);
      // Questions that came in the meantime are answered between pages.
      await setImmediate();
    }
  }

  async #loadRuns(index: SessionIndex): Promise<void> {
    const { sessionId, source } = this.#options;
    const read = (fromSeq: number) =>
      source.recallRuns(sessionId, { kind: 'index', fromSeq, limit: runsAtATime });
    let next: Promise<RecallRun[]> | undefined = read(index.lastSeq + 1);
    while (next) {
      const runs: RecallRun[] = await next;
      const last = runs.at(-1);
      // The store reads on while these are taken in.
      next = last && runs.length === runsAtATime ? read(last.toSeq + 1) : undefined;
      // What is read in vain, because these end the loop, may fail in vain.
      next?.catch(() => undefined);
      for (const { fromSeq: begin, toSeq, bytes } of runs) {
        if (index !== this.#index || begin !== index.lastSeq + 1 || toSeq > this.#wanted) return;
        if (!this.#load(index, bytes)) return;
        this.#keptThrough = index.lastSeq;
        await setImmediate();
      }
    }
  }

  #load(index: SessionIndex, bytes: Uint8Array | undefined): boolean {
    try {
      if (bytes === undefined) throw new RangeError('Its bytes are not those that were written.');
      index.load(bytes);
      return true;
    } catch {
      // The log has all that the run had; it is made again and written in its place.
      const { sessionId, tell } = this.#options;
      tell(`A part of what is kept for recall in session ${sessionId} could not be read and is made anew.`);
      return false;
    }
  }

  async #readPage(index: SessionIndex): Promise<void> {
    const { sessionId, source } = this.#options;
    const afterSeq = index.lastSeq;
    const limit = Math.min(pageLength, runLength - (afterSeq % runLength), this.#wanted - afterSeq);
    const entries = await source.log(sessionId, { afterSeq, limit });
    if (index !== this.#index) return;
    index.add(entries, afterSeq + limit);
    if (index.lastSeq % runLength === 0) await this.#keepRun();
  }

  /** Writes the last run, whole or as far as it goes, and with those before it where it makes their number full. */
  async #keepRun(): Promise<void> {
    const { sessionId, source } = this.#options;
    const toSeq = this.#index.lastSeq;
    const length = toSeq % (runLength * runsMerged) === 0 ? runLength * runsMerged : runLength;
    const fromSeq = Math.floor((toSeq - 1) / length) * length + 1;
    // An entry that cannot be read now may be restored from a backup later.
    if (this.#options.private || !this.#index.isWhole(fromSeq, toSeq)) return;
    this.#keptThrough = toSeq;
    try {
      const bytes = this.#index.encode(fromSeq, toSeq);
      await source.putRecallRun(sessionId, { kind: 'index', fromSeq, toSeq, bytes });
    } catch {
      // A full disk, a database that is read-only, a session that was just purged: the log has it all.
    }
  }
}
