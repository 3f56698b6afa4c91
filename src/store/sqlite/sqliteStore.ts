/**
 * The session store as it runs inside its worker: synchronous on SQLite, one thread, every write durable before
 * its method returns. Private sessions live on a second shelf in memory.
 */
import { randomUUID } from 'node:crypto';
import { notFound } from '../../core/errors.ts';
import type { Recallable, RecallRun, RecallSource, RecallState } from '../../core/session/recallSource.ts';
import type {
  Answerer,
  EntryLink,
  LiveTurn,
  PathOptions,
  SessionInit,
  StoreStatus,
  SubmitResult,
  TreeLink,
  TurnState,
} from '../../core/session/store.ts';
import type { AssistantBlock } from '../../protocol/content.ts';
import type {
  AssistantEntry,
  AssistantEntryDraft,
  Entry,
  EntryDraft,
  EntryKind,
  UserEntry,
  UserEntryDraft,
} from '../../protocol/entries.ts';
import type { Draft, QueuedTurn, SearchHit, SessionSummary } from '../../protocol/session.ts';
import { madeBy, untitled } from '../sessionDetails.ts';
import { exportLines, parseExport } from '../transfer.ts';
import { finishRecode, purgeSession, recode } from './maintenance.ts';
import { mendLog } from './restore.ts';
import type { Shelf } from './shelf.ts';
import { Shelves, type SqliteStoreOptions } from './shelves.ts';
import { Upkeep } from './upkeep.ts';

const defaultListLimit = 200;
const defaultSearchLimit = 50;

export class SqliteStore {
  readonly #shelves: Shelves;
  readonly #upkeep: Upkeep;

  private constructor(shelves: Shelves) {
    this.#shelves = shelves;
    this.#upkeep = new Upkeep(shelves);
  }

  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const store = new SqliteStore(new Shelves(options));
    await store.#upkeep.begin();
    return store;
  }

  status(): StoreStatus {
    const { disk, opened, notices } = this.#shelves;
    return {
      mode: disk.mode,
      encrypted: disk.mode === 'locked' || disk.codec.encrypts,
      fullText: opened.fullText && disk.search !== undefined,
      journal: opened.journal,
      notices: [...notices],
    };
  }

  create(init: SessionInit): SessionSummary {
    const id = init.id ?? randomUUID();
    return this.#shelves.write(this.#shelfFor(init), (shelf) => {
      shelf.sessions.insert({
        id,
        at: Date.now(),
        door: init.door,
        details: {
          title: init.title ?? untitled,
          titled: init.title !== undefined,
          ...madeBy(init),
        },
      });
      return { value: this.#summary(shelf, id) };
    });
  }

  list(options: { trashed?: boolean; limit?: number; before?: number } = {}): SessionSummary[] {
    const limit = options.limit ?? defaultListLimit;
    const asked = { trashed: options.trashed ?? false, limit, before: options.before };
    const kept = this.#shelves.read(() => this.#shelves.unlocked().sessions.list(asked));
    const inMemory = this.#shelves.memory?.sessions.list(asked) ?? [];
    return [...inMemory, ...kept].sort((a, b) => b.updatedAt - a.updatedAt).slice(0, limit);
  }

  get(sessionId: string): SessionSummary | undefined {
    return this.#shelves.read(
      () => this.#shelves.memory?.sessions.get(sessionId) ?? this.#shelves.unlocked().sessions.get(sessionId),
    );
  }

  append(sessionId: string, drafts: EntryDraft[]): Entry[] {
    return this.#shelves.write(this.#shelves.of(sessionId), (shelf) => {
      const entries = shelf.log.append(sessionId, drafts);
      return { value: entries, entries };
    });
  }

  entry(sessionId: string, entryId: string): Entry | undefined {
    return this.#shelves.read(() => this.#shelves.of(sessionId).log.get(sessionId, entryId));
  }

  path(sessionId: string, options?: PathOptions): Entry[] {
    return this.#shelves.read(() => this.#shelves.of(sessionId).log.path(sessionId, options));
  }

  log(sessionId: string, options?: { afterSeq?: number; limit?: number }): Entry[] {
    return this.#shelves.read(() => this.#shelves.of(sessionId).log.all(sessionId, options));
  }

  links(sessionId: string, options?: { afterSeq?: number; limit?: number }): TreeLink[] {
    return this.#shelves.read(() => this.#shelves.of(sessionId).log.links(sessionId, options));
  }

  entries(sessionId: string, ids: readonly string[]): Entry[] {
    return this.#shelves.read(() => this.#shelves.of(sessionId).log.some(sessionId, ids));
  }

  lineage(sessionId: string, options: PathOptions = {}): EntryLink[] {
    return this.#shelves.read(() => this.#shelves.of(sessionId).log.lineage(sessionId, options));
  }

  ofKinds(sessionId: string, kinds: readonly EntryKind[]): Entry[] {
    return this.#shelves.read(() => this.#shelves.of(sessionId).log.ofKinds(sessionId, kinds));
  }

  fork(sessionId: string, entryId: string, init: SessionInit): SessionSummary {
    const source = this.#shelves.of(sessionId);
    const path = source.log.path(sessionId, { leafId: entryId });
    if (path.length === 0) throw notFound('entry', entryId);
    const { title } = this.#summary(source, sessionId);
    const id = init.id ?? randomUUID();
    // A fork of a private session is private too.
    const target = source === this.#shelves.memory ? source : this.#shelfFor(init);
    return this.#shelves.write(target, (shelf) => {
      shelf.sessions.insert({
        id,
        at: Date.now(),
        door: init.door,
        details: {
          title: init.title ?? title,
          titled: true,
          forkedFrom: { sessionId, entryId },
          ...madeBy(init),
        },
      });
      const entries = shelf.log.append(id, path);
      // An older title that the branch holds is not the fork's.
      if (init.title !== undefined) shelf.sessions.setTitle(id, init.title);
      return { value: this.#summary(shelf, id), entries };
    });
  }

  share(sessionId: string, shared: boolean): void {
    this.#shelves.write(this.#shelves.of(sessionId), (shelf) => {
      if (!shelf.sessions.has(sessionId)) throw notFound('session', sessionId);
      shelf.sessions.setShared(sessionId, shared);
      return { value: undefined };
    });
  }

  trash(sessionId: string): void {
    this.#setTrashed(sessionId, Date.now());
  }

  restore(sessionId: string): void {
    this.#setTrashed(sessionId, null);
  }

  async purge(sessionId: string): Promise<void> {
    await this.#upkeep.settled();
    this.#shelves.writable();
    const shelf = this.#shelves.of(sessionId);
    const file = shelf === this.#shelves.disk ? this.#shelves.file : undefined;
    this.#shelves.guard(() => purgeSession(shelf, file, sessionId));
  }

  search(query: string, options: { limit?: number } = {}): SearchHit[] {
    const limit = options.limit ?? defaultSearchLimit;
    // A search writes what is not in its index yet.
    const kept = this.#shelves.writable().search?.search(query, limit) ?? [];
    return [...(this.#shelves.memory?.search?.search(query, limit) ?? []), ...kept].slice(0, limit);
  }

  recallState(sessionId: string): RecallState | undefined {
    return this.#shelves.read(() => {
      const { memory } = this.#shelves;
      const isPrivate = memory?.sessions.has(sessionId) === true;
      const shelf = isPrivate ? memory : this.#shelves.unlocked();
      if (!shelf.sessions.has(sessionId)) return undefined;
      return {
        lastSeq: shelf.log.lastSeq(sessionId),
        private: isPrivate,
        opening: this.#shelves.opening,
      };
    });
  }

  recallable(): Recallable {
    return this.#shelves.read(() => ({
      sessions: this.#shelves.unlocked().sessions.untrashed(),
      opening: this.#shelves.opening,
    }));
  }

  recallRuns(...[sessionId, options]: Parameters<RecallSource['recallRuns']>): RecallRun[] {
    return this.#shelves.read(() => {
      const shelf = this.#shelves.of(sessionId);
      // What a newer version has made of the log is not known here.
      return shelf.mode === 'normal' ? shelf.recallRuns.from(sessionId, options) : [];
    });
  }

  putRecallRun(...[sessionId, run]: Parameters<RecallSource['putRecallRun']>): void {
    this.#shelves.write(this.#shelves.of(sessionId), (shelf) => {
      if (!shelf.sessions.has(sessionId)) throw notFound('session', sessionId);
      return { value: shelf.recallRuns.put(sessionId, run) };
    });
  }

  draft(sessionId: string): Draft | undefined {
    return this.#shelves.read(() => this.#shelves.of(sessionId).drafts.get(sessionId));
  }

  setDraft(sessionId: string, draft: Draft | undefined): void {
    this.#shelves.write(this.#shelves.of(sessionId), (shelf) => {
      const urisOf = (one: Draft | undefined) => one?.attachments.map(({ uri }) => uri) ?? [];
      const before = () => urisOf(shelf.drafts.get(sessionId));
      shelf.draftMedia.settle(sessionId, { before, now: urisOf(draft), at: Date.now() });
      return { value: shelf.drafts.set(sessionId, draft) };
    });
  }

  keepDraftMedia(sessionId: string, uri: string, bytes: Uint8Array): void {
    this.#shelves.write(this.#shelves.of(sessionId), (shelf) => {
      if (!shelf.sessions.has(sessionId)) throw notFound('session', sessionId);
      return { value: shelf.draftMedia.keep(sessionId, uri, bytes, Date.now()) };
    });
  }

  draftMedia(sessionId: string, uri: string): Uint8Array | undefined {
    return this.#shelves.read(() => this.#shelves.of(sessionId).draftMedia.get(sessionId, uri));
  }

  exportSession(sessionId: string): string {
    return this.#shelves.read(() => {
      const shelf = this.#shelves.of(sessionId);
      const isTitled = shelf.sessions.isTitled(sessionId);
      return exportLines(this.#summary(shelf, sessionId), isTitled, shelf.log.all(sessionId));
    });
  }

  importSession(jsonl: string | Uint8Array): SessionSummary {
    const text = typeof jsonl === 'string' ? jsonl : new TextDecoder().decode(jsonl);
    const { header, entries } = parseExport(text);
    const id = this.get(header.id) ? randomUUID() : header.id;
    return this.#shelves.write(this.#shelves.unlocked(), (shelf) => {
      shelf.sessions.insert({
        id,
        at: header.createdAt,
        door: header.door,
        details: {
          title: header.title ?? untitled,
          titled: header.title !== undefined,
          ...madeBy(header),
          ...(header.forkedFrom === undefined ? {} : { forkedFrom: header.forkedFrom }),
        },
      });
      const appended = shelf.log.append(id, entries);
      return { value: this.#summary(shelf, id), entries: appended };
    });
  }

  submitTurn(user: UserEntryDraft, sessionId: string, by: Answerer): SubmitResult {
    return this.#shelves.write(this.#shelves.of(sessionId), (shelf) => {
      const { result, entries } = shelf.leases.submit(sessionId, user, by);
      return { value: result, entries };
    });
  }

  promote(sessionId: string): UserEntry | undefined {
    return this.#shelves.write(this.#shelves.of(sessionId), (shelf) => {
      const entry = shelf.leases.promote(sessionId);
      return { value: entry, entries: entry ? [entry] : [] };
    });
  }

  withdraw(turnId: string): boolean {
    return this.#onTurn(turnId, false, (shelf) => ({ value: shelf.leases.withdraw(turnId) }));
  }

  queue(sessionId: string): QueuedTurn[] {
    return this.#shelves.read(() => this.#shelves.of(sessionId).leases.queue(sessionId));
  }

  turn(sessionId: string, turnId: string): TurnState | undefined {
    return this.#shelves.of(sessionId).leases.state(sessionId, turnId);
  }

  liveTurn(sessionId: string): LiveTurn | undefined {
    return this.#shelves.read(() => this.#shelves.of(sessionId).leases.live(sessionId));
  }

  checkpoint(turnId: string, content: AssistantBlock[]): boolean {
    return this.#onTurn(turnId, false, (shelf) => ({ value: shelf.leases.checkpoint(turnId, content) }));
  }

  appendInTurn(turnId: string, drafts: EntryDraft[]): Entry[] {
    return this.#shelves.write(this.#turnShelf(turnId), (shelf) => {
      const entries = shelf.leases.append(turnId, drafts);
      return { value: entries, entries };
    });
  }

  finishTurn(turnId: string, draft: AssistantEntryDraft): AssistantEntry {
    return this.#shelves.write(this.#turnShelf(turnId), (shelf) => {
      const entry = shelf.leases.finish(turnId, draft);
      return { value: entry, entries: [entry] };
    });
  }

  async setEncryption(key: Uint8Array | undefined): Promise<void> {
    await this.#upkeep.settled();
    const shelf = this.#shelves.writable();
    this.#shelves.guard(() => {
      mendLog(shelf);
      recode(shelf, key);
      // The rows are under the new key from here on, whatever becomes of the files.
      this.#shelves.rekey(key);
      finishRecode(this.#shelves.disk, this.#shelves.file);
    });
    if (this.#shelves.disk.log.lastNumber() > 0) await this.backup();
  }

  async unlock(key: Uint8Array | undefined): Promise<StoreStatus> {
    await this.#upkeep.settled();
    this.#shelves.unlock(key);
    return this.status();
  }

  backup(): Promise<string> {
    return this.#upkeep.backup();
  }

  async close(): Promise<void> {
    await this.#upkeep.end();
    this.#shelves.close();
  }

  #setTrashed(sessionId: string, at: number | null): void {
    this.#shelves.write(this.#shelves.of(sessionId), (shelf) => ({
      value: shelf.sessions.setTrashed(sessionId, at),
    }));
  }

  #onTurn<T>(turnId: string, missing: T, run: (shelf: Shelf) => { value: T; entries?: Entry[] }): T {
    const shelf = this.#shelves.ofTurn(turnId);
    return shelf ? this.#shelves.write(shelf, run) : missing;
  }

  /** A turn that is nowhere was ended by another process; the disk's leases say so. */
  #turnShelf(turnId: string): Shelf {
    return this.#shelves.ofTurn(turnId) ?? this.#shelves.disk;
  }

  #shelfFor(init: SessionInit): Shelf {
    return init.private ? this.#shelves.privateShelf() : this.#shelves.unlocked();
  }

  #summary(shelf: Shelf, sessionId: string): SessionSummary {
    const summary = shelf.sessions.get(sessionId);
    if (!summary) throw notFound('session', sessionId);
    return summary;
  }
}
