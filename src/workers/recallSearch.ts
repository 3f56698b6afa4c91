/** Recall over the sessions of a window's stores, as it runs in its thread. */
import { setTimeout } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import type { Recall, RecallQuestion } from '../core/ports.ts';
import type { Embedded } from '../core/recall/embedded.ts';
import type { WordVectors } from '../core/recall/wordVectors.ts';
import type { RecallNews, RecallState } from '../core/session/recallSource.ts';
import { HeldSession } from './heldSession.ts';
import { LinkedSource } from './linkedSource.ts';
import type { EmbeddingBatch } from './sessionEmbeddings.ts';

/** Entries held in memory, of all sessions together; about 1 KB each. */
const mostEntries = 200_000;
/** Sessions that may be written in just now: what is added to them goes into lists that take several times the memory. */
const mostGrowing = 4;
/** How long a question waits for entries that are not indexed yet, in ms; most answers of a model take longer to begin. */
const patienceMs = 2_000;

type Recalled = Awaited<ReturnType<Recall['search']>>;

interface Found {
  source: LinkedSource;
  state: RecallState;
}

export class RecallSearch {
  readonly #tell: (line: string) => void;
  readonly #vectors: Promise<WordVectors | undefined>;
  /** By the place that the main thread gave each store; the window's own is first. */
  readonly #sources = new Map<number, LinkedSource>();
  /** The last used at the end. */
  readonly #held = new Map<string, HeldSession>();
  readonly #waiting = new Set<string>();
  #isWorking = false;

  constructor(tell: (line: string) => void, vectors: Promise<WordVectors | undefined>) {
    this.#tell = tell;
    this.#vectors = vectors;
  }

  /** Reads a store through this port from now on. */
  link(place: number, port: MessagePort): void {
    const source = this.#sources.get(place) ?? new LinkedSource((news) => this.#hear(news));
    source.link(port);
    this.#sources.set(place, source);
  }

  /** Best first; `embedded` is the direction of its text by an embedding model. Rejects as the stores do. */
  async search(question: RecallQuestion & { embedded?: Embedded }): Promise<Recalled> {
    const { sessionId, scope, leafId } = question;
    const found = await this.#find(sessionId);
    if (!found) return [];
    const own = await this.#hold(sessionId, found.source, found.state.private);
    const ends = [{ held: own, sessionId, leafId, lastSeq: found.state.lastSeq }];
    if (scope === 'workspace') {
      for (const other of await this.#others(sessionId, found.state.lastSeq)) {
        const held = await this.#hold(other.sessionId, other.source, false);
        ends.push({ held, sessionId: other.sessionId, leafId: undefined, lastSeq: other.lastSeq });
      }
    }
    await this.#upToDate(ends);
    const { embedded } = question;
    if (embedded) for (const { held } of ends) await held.embeddings.open(embedded.model);
    const hits = ends.flatMap(({ held, sessionId: id, leafId: leaf }) =>
      held.search({ ...question, leafId: leaf }).map((hit) => ({ sessionId: id, ...hit })),
    );
    return ends.length === 1 ? hits : best(hits, question.limit);
  }

  /** Texts of a session that have no direction by that model yet; undefined where all have, or none may leave it. */
  async unembedded(sessionId: string, model: string): Promise<EmbeddingBatch | undefined> {
    const found = await this.#find(sessionId);
    if (!found) return undefined;
    const held = await this.#hold(sessionId, found.source, found.state.private);
    await held.follow(found.state.lastSeq);
    return held.embeddings.next(model);
  }

  /** The directions of such texts. */
  async embedded(
    sessionId: string,
    model: string,
    batch: EmbeddingBatch,
    directions: readonly Int8Array[],
  ): Promise<void> {
    await this.#held.get(sessionId)?.embeddings.take(model, batch, directions);
  }

  /** Indexes what is new in a session, some time soon. */
  follow(sessionId: string): void {
    this.#waiting.add(sessionId);
    if (!this.#isWorking) void this.#work();
  }

  #hear(news: RecallNews): void {
    switch (news.type) {
      case 'appended':
        this.follow(news.sessionId);
        return;
      case 'purged':
        this.#held.delete(news.sessionId);
        return;
      case 'repaired':
        this.#held.clear();
        return;
      default:
        news satisfies never;
    }
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (const sessionId of this.#waiting) {
      this.#waiting.delete(sessionId);
      try {
        const found = await this.#find(sessionId);
        if (!found) continue;
        const held = await this.#hold(sessionId, found.source, found.state.private);
        await held.follow(found.state.lastSeq);
        await held.keep();
        this.#makeRoom();
      } catch {
        // A store that cannot be read now is told of by the question that needs it.
      }
    }
    this.#isWorking = false;
  }

  async #find(sessionId: string): Promise<Found | undefined> {
    for (const [, source] of [...this.#sources].sort(([a], [z]) => a - z)) {
      const state = await source.recallState(sessionId);
      if (state) return { source, state };
    }
    return undefined;
  }

  /** Sessions beside this one, as many as memory has room for, those used last first. */
  async #others(
    own: string,
    ownLength: number,
  ): Promise<{ sessionId: string; lastSeq: number; source: LinkedSource }[]> {
    const listed = await Promise.all(
      [...this.#sources.values()].map(async (source) =>
        (await source.recallable()).sessions.map((session) => ({ ...session, source })),
      ),
    );
    let room = mostEntries - ownLength;
    return listed.flat().filter(({ sessionId, lastSeq }) => {
      if (sessionId === own || lastSeq === 0) return false;
      room -= lastSeq;
      return room >= 0;
    });
  }

  async #hold(sessionId: string, source: LinkedSource, isPrivate: boolean): Promise<HeldSession> {
    const vectors = await this.#vectors;
    const known = this.#held.get(sessionId);
    const held =
      known?.source === source
        ? known
        : new HeldSession({ sessionId, source, vectors, private: isPrivate, tell: this.#tell });
    this.#held.delete(sessionId);
    this.#held.set(sessionId, held);
    return held;
  }

  /** Waits until all that was there when the question came is indexed, or as long as a question may wait. */
  async #upToDate(ends: readonly { held: HeldSession; sessionId: string; lastSeq: number }[]): Promise<void> {
    const behind = ends.filter(({ held, lastSeq }) => held.size !== lastSeq);
    if (behind.length > 0) {
      const answered = new AbortController();
      const late = setTimeout(patienceMs, 'late' as const, { signal: answered.signal }).catch(() => 'late');
      try {
        const caught = this.#catchUp(behind, answered.signal);
        if ((await Promise.race([caught, late])) === 'late') {
          this.#tell(
            'Earlier turns are still being indexed for recall; not all of them were looked through.',
          );
          for (const { sessionId } of behind) this.follow(sessionId);
        }
      } finally {
        answered.abort();
      }
    }
    this.#makeRoom();
  }

  async #catchUp(
    behind: readonly { held: HeldSession; sessionId: string; lastSeq: number }[],
    answered: AbortSignal,
  ): Promise<void> {
    for (const { held, sessionId, lastSeq } of behind) {
      if (answered.aborted) return;
      await held.follow(lastSeq);
      if (behind.length > mostGrowing) held.settle();
      this.follow(sessionId);
    }
  }

  /** Lets go of sessions that were not used for longest. */
  #makeRoom(): void {
    for (const held of [...this.#held.values()].slice(0, -mostGrowing)) held.settle();
    let entries = [...this.#held.values()].reduce((sum, { size }) => sum + size, 0);
    for (const [sessionId, held] of this.#held) {
      if (entries <= mostEntries) return;
      if (held.isBusy) continue;
      entries -= held.size;
      this.#held.delete(sessionId);
    }
  }
}

/** Of an entry that stands in several sessions, as a fork has copies, the first one counts. */
function best(hits: Recalled, limit: number): Recalled {
  const seen = new Set<string>();
  return hits
    .filter(({ entryId }) => !seen.has(entryId) && seen.add(entryId))
    .sort((a, z) => z.score - a.score)
    .slice(0, limit);
}
