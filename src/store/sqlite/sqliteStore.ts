/**
 * The session store as it runs inside its worker: synchronous on SQLite, one thread, every write durable before
 * its method returns. Private sessions live on a second shelf in memory.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import {
  CausewayError,
  notFound,
  rowDamaged,
  storeLocked,
  storeSalvaged,
  storeUnavailable,
  toErrorInfo,
} from '../../core/errors.ts';
import type {
  Answerer,
  Draft,
  LiveTurn,
  SessionInit,
  StoreChange,
  StoreStatus,
  SubmitResult,
} from '../../core/session/store.ts';
import type { AssistantBlock } from '../../protocol/content.ts';
import type {
  AssistantEntry,
  AssistantEntryDraft,
  Entry,
  EntryDraft,
  UserEntry,
  UserEntryDraft,
} from '../../protocol/entries.ts';
import type { ErrorInfo } from '../../protocol/errors.ts';
import type { QueuedTurn, SearchHit, SessionSummary } from '../../protocol/session.ts';
import { isBackupDue, makeBackup, removeBackups } from './backups.ts';
import { PayloadCodec } from './codec.ts';
import { type OpenedDatabase, openDatabase } from './database.ts';
import { thisHolder } from './holder.ts';
import { beatEveryMs } from './leases.ts';
import { keyState, purgeSession, recode } from './maintenance.ts';
import { isSound, salvage } from './salvage.ts';
import { untitled } from './sessionTable.ts';
import { Shelf } from './shelf.ts';
import { exportLines, parseExport } from './transfer.ts';

/** How often other processes' writes are looked for, in ms; they are to be seen within a second. */
const pollEveryMs = 200;
const defaultListLimit = 200;
const defaultSearchLimit = 50;

export interface SqliteStoreOptions {
  /** Path of the database. */
  file: string;
  workspaceId: string;
  /** 32 bytes when the database is encrypted. */
  key: Uint8Array | undefined;
  emit(change: StoreChange): void;
}

export class SqliteStore {
  readonly #options: SqliteStoreOptions;
  readonly #holder = thisHolder();
  readonly #notices: ErrorInfo[] = [];
  readonly #damaged = new Set<number>();
  readonly #timers: NodeJS.Timeout[] = [];
  #opened: OpenedDatabase;
  #disk: Shelf;
  #memory: Shelf | undefined;
  #locked: boolean;

  private constructor(
    options: SqliteStoreOptions,
    opened: OpenedDatabase,
    codec: PayloadCodec,
    notices: ErrorInfo[],
  ) {
    this.#options = options;
    this.#opened = opened;
    this.#notices.push(...notices);
    const state = keyState(opened.db, codec);
    this.#locked = state === 'locked';
    this.#disk = this.#shelf(opened, state === 'fits' ? codec : new PayloadCodec(undefined), false);
  }

  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const codec = new PayloadCodec(options.key);
    const notices: ErrorInfo[] = [];
    if (!isSound(options.file)) {
      const { entries, keptAs } = await salvage(options.file, codec, Date.now());
      notices.push(toErrorInfo(storeSalvaged(entries, basename(keptAs))));
    }
    const store = new SqliteStore(options, await openDatabase(options.file), codec, notices);
    if (!store.#locked && !store.#opened.readOnly) {
      store.#closeExpired();
      store.#timers.push(
        setInterval(() => store.#tick(), pollEveryMs),
        setInterval(() => store.#beat(), beatEveryMs),
      );
      if (isBackupDue(options.file, Date.now()) && store.#disk.log.lastNumber() > 0) await store.backup();
    }
    return store;
  }

  status(): StoreStatus {
    return {
      mode: this.#locked ? 'locked' : this.#opened.readOnly ? 'read_only' : 'normal',
      encrypted: this.#locked || this.#disk.codec.encrypts,
      fullText: this.#opened.fullText,
      journal: this.#opened.journal,
      notices: [...this.#notices],
    };
  }

  async create(init: SessionInit): Promise<SessionSummary> {
    const shelf = init.private ? await this.#privateShelf() : this.#unlocked();
    const id = init.id ?? randomUUID();
    return this.#write(shelf, () => {
      shelf.sessions.insert({
        id,
        at: Date.now(),
        door: init.door,
        details: {
          title: init.title ?? untitled,
          titled: init.title !== undefined,
          ...(init.client === undefined ? {} : { client: init.client }),
        },
      });
      return { value: this.#summary(shelf, id) };
    });
  }

  list(options: { trashed?: boolean; limit?: number; before?: number } = {}): SessionSummary[] {
    const limit = options.limit ?? defaultListLimit;
    const asked = { trashed: options.trashed ?? false, limit, before: options.before };
    const kept = this.#unlocked().sessions.list(asked);
    const inMemory = this.#memory?.sessions.list(asked) ?? [];
    return [...inMemory, ...kept].sort((a, b) => b.updatedAt - a.updatedAt).slice(0, limit);
  }

  get(sessionId: string): SessionSummary | undefined {
    return this.#memory?.sessions.get(sessionId) ?? this.#unlocked().sessions.get(sessionId);
  }

  append(sessionId: string, drafts: EntryDraft[]): Entry[] {
    const shelf = this.#shelfOf(sessionId);
    return this.#write(shelf, () => {
      const entries = shelf.log.append(sessionId, drafts);
      return { value: entries, entries };
    });
  }

  entry(sessionId: string, entryId: string): Entry | undefined {
    return this.#shelfOf(sessionId).log.get(sessionId, entryId);
  }

  path(sessionId: string, options?: { leafId?: string; beforeId?: string; limit?: number }): Entry[] {
    return this.#shelfOf(sessionId).log.path(sessionId, options);
  }

  log(sessionId: string, options?: { afterSeq?: number; limit?: number }): Entry[] {
    return this.#shelfOf(sessionId).log.all(sessionId, options);
  }

  fork(sessionId: string, entryId: string, init: SessionInit): SessionSummary {
    const shelf = this.#shelfOf(sessionId);
    const path = shelf.log.path(sessionId, { leafId: entryId });
    if (path.length === 0) throw notFound('entry', entryId);
    const id = init.id ?? randomUUID();
    return this.#write(shelf, () => {
      const { title } = this.#summary(shelf, sessionId);
      shelf.sessions.insert({
        id,
        at: Date.now(),
        door: init.door,
        details: {
          title: init.title ?? title,
          titled: true,
          forkedFrom: { sessionId, entryId },
          ...(init.client === undefined ? {} : { client: init.client }),
        },
      });
      const entries = shelf.log.append(id, path);
      return { value: this.#summary(shelf, id), entries };
    });
  }

  trash(sessionId: string): void {
    this.#setTrashed(sessionId, Date.now());
  }

  restore(sessionId: string): void {
    this.#setTrashed(sessionId, null);
  }

  purge(sessionId: string): void {
    const shelf = this.#shelfOf(sessionId);
    this.#guard(() => purgeSession(shelf, shelf === this.#disk ? this.#options.file : undefined, sessionId));
  }

  search(query: string, options: { limit?: number } = {}): SearchHit[] {
    const limit = options.limit ?? defaultSearchLimit;
    const kept = this.#unlocked().search?.search(query, limit) ?? [];
    return [...(this.#memory?.search?.search(query, limit) ?? []), ...kept].slice(0, limit);
  }

  draft(sessionId: string): Draft | undefined {
    return this.#shelfOf(sessionId).drafts.get(sessionId);
  }

  setDraft(sessionId: string, draft: Draft | undefined): void {
    const shelf = this.#shelfOf(sessionId);
    this.#write(shelf, () => ({ value: shelf.drafts.set(sessionId, draft) }));
  }

  exportSession(sessionId: string): string {
    const shelf = this.#shelfOf(sessionId);
    return exportLines(this.#summary(shelf, sessionId), shelf.log.all(sessionId));
  }

  importSession(jsonl: string): SessionSummary {
    const { header, entries } = parseExport(jsonl);
    const shelf = this.#unlocked();
    const id = this.get(header.id) ? randomUUID() : header.id;
    return this.#write(shelf, () => {
      shelf.sessions.insert({
        id,
        at: header.createdAt,
        door: header.door,
        details: {
          title: untitled,
          titled: false,
          ...(header.client === undefined ? {} : { client: header.client }),
          ...(header.forkedFrom === undefined ? {} : { forkedFrom: header.forkedFrom }),
        },
      });
      const appended = shelf.log.append(id, entries);
      return { value: this.#summary(shelf, id), entries: appended };
    });
  }

  submitTurn(user: UserEntryDraft, sessionId: string, by: Answerer): SubmitResult {
    const shelf = this.#shelfOf(sessionId);
    return this.#write(shelf, () => {
      const { result, entries } = shelf.leases.submit(sessionId, user, by);
      return { value: result, entries };
    });
  }

  promote(sessionId: string): UserEntry | undefined {
    const shelf = this.#shelfOf(sessionId);
    return this.#write(shelf, () => {
      const entry = shelf.leases.promote(sessionId);
      return { value: entry, entries: entry ? [entry] : [] };
    });
  }

  withdraw(turnId: string): boolean {
    return this.#onTurn(turnId, false, (shelf) => ({ value: shelf.leases.withdraw(turnId) }));
  }

  queue(sessionId: string): QueuedTurn[] {
    return this.#shelfOf(sessionId).leases.queue(sessionId);
  }

  liveTurn(sessionId: string): LiveTurn | undefined {
    return this.#shelfOf(sessionId).leases.live(sessionId);
  }

  checkpoint(turnId: string, content: AssistantBlock[]): boolean {
    return this.#onTurn(turnId, false, (shelf) => ({ value: shelf.leases.checkpoint(turnId, content) }));
  }

  appendInTurn(turnId: string, drafts: EntryDraft[]): Entry[] {
    const shelf = this.#turnShelf(turnId) ?? this.#disk;
    return this.#write(shelf, () => {
      const entries = shelf.leases.append(turnId, drafts);
      return { value: entries, entries };
    });
  }

  finishTurn(turnId: string, draft: AssistantEntryDraft): AssistantEntry {
    const shelf = this.#turnShelf(turnId) ?? this.#disk;
    return this.#write(shelf, () => {
      const entry = shelf.leases.finish(turnId, draft);
      return { value: entry, entries: [entry] };
    });
  }

  async setEncryption(key: Uint8Array | undefined): Promise<void> {
    const shelf = this.#unlocked();
    this.#guard(() => {
      const codec = recode(shelf, key);
      removeBackups(this.#options.file);
      this.#disk = this.#shelf(this.#opened, codec, false);
    });
    if (this.#disk.log.lastNumber() > 0) await this.backup();
  }

  backup(): Promise<string> {
    return makeBackup(this.#unlocked().db, this.#options.file, Date.now());
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#disk.db.isOpen) this.#disk.db.close();
    if (this.#memory?.db.isOpen) this.#memory.db.close();
  }

  #setTrashed(sessionId: string, at: number | null): void {
    const shelf = this.#shelfOf(sessionId);
    this.#write(shelf, () => ({ value: shelf.sessions.setTrashed(sessionId, at) }));
  }

  #tick(): void {
    try {
      this.#disk.feed.poll();
      this.#closeExpired();
    } catch {
      // A database that cannot be read just now is looked at again at the next tick.
    }
  }

  #beat(): void {
    try {
      if (this.#disk.turns.all().some((turn) => this.#disk.turns.isOwn(turn))) {
        this.#write(this.#disk, () => ({ value: this.#disk.turns.beat() }));
      }
    } catch {
      // Missing one beat is harmless; a lease expires after several.
    }
  }

  #closeExpired(): void {
    for (const turn of this.#disk.leases.expired(performance.now())) {
      this.#write(this.#disk, () => ({
        value: undefined,
        entries: this.#disk.leases.close(turn, Date.now()),
      }));
    }
  }

  #onTurn<T>(turnId: string, missing: T, run: (shelf: Shelf) => { value: T; entries?: Entry[] }): T {
    const shelf = this.#turnShelf(turnId);
    return shelf ? this.#write(shelf, () => run(shelf)) : missing;
  }

  #turnShelf(turnId: string): Shelf | undefined {
    return [this.#disk, this.#memory].find((shelf) => shelf?.turns.get(turnId));
  }

  #write<T>(shelf: Shelf, run: () => { value: T; entries?: readonly Entry[] }): T {
    return this.#guard(() => shelf.write(run));
  }

  /** What SQLite reports, such as a full disk, becomes an error in the user's words. */
  #guard<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw error instanceof CausewayError ? error : storeUnavailable(error);
    }
  }

  #unlocked(): Shelf {
    if (this.#locked) throw storeLocked();
    return this.#disk;
  }

  #shelfOf(sessionId: string): Shelf {
    if (this.#memory?.sessions.has(sessionId)) return this.#memory;
    const disk = this.#unlocked();
    if (!disk.sessions.has(sessionId)) throw notFound('session', sessionId);
    return disk;
  }

  async #privateShelf(): Promise<Shelf> {
    this.#memory ??= this.#shelf(await openDatabase(':memory:'), new PayloadCodec(undefined), true);
    return this.#memory;
  }

  #summary(shelf: Shelf, sessionId: string): SessionSummary {
    const summary = shelf.sessions.get(sessionId);
    if (!summary) throw notFound('session', sessionId);
    return summary;
  }

  #shelf(opened: OpenedDatabase, codec: PayloadCodec, isPrivate: boolean): Shelf {
    return new Shelf({
      opened,
      codec,
      workspaceId: this.#options.workspaceId,
      private: isPrivate,
      holder: this.#holder,
      emit: this.#options.emit,
      onDamage: (sessionId, number) => this.#reportDamage(sessionId, number),
    });
  }

  #reportDamage(sessionId: string, number: number): void {
    if (this.#damaged.has(number)) return;
    this.#damaged.add(number);
    const notice = toErrorInfo(rowDamaged(sessionId));
    this.#notices.push(notice);
    this.#options.emit({ type: 'notice', own: true, notice });
  }
}
