/** One database with everything that reads and writes it. There is one on disk, and one in memory for private sessions. */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { storeLocked, storeReadOnly } from '../../core/errors.ts';
import type { StoreChange } from '../../core/session/store.ts';
import type { Entry } from '../../protocol/entries.ts';
import { versionOf } from '../connection.ts';
import { ChangeFeed } from './changeFeed.ts';
import type { PayloadCodec } from './codec.ts';
import type { OpenedDatabase } from './database.ts';
import { DraftMedia } from './draftMedia.ts';
import { Drafts } from './drafts.ts';
import { EntryRows } from './entryRows.ts';
import { keyState } from './keyCheck.ts';
import { Leases } from './leases.ts';
import { migrations } from './migrations/index.ts';
import { RecallRuns } from './recallRuns.ts';
import { restoreEntry } from './restore.ts';
import { SearchIndex } from './searchIndex.ts';
import { SessionLog } from './sessionLog.ts';
import { SessionTable } from './sessionTable.ts';
import { transaction } from './transaction.ts';
import { TurnTable } from './turnTable.ts';

export interface ShelfOptions {
  opened: OpenedDatabase;
  codec: PayloadCodec;
  workspaceId: string;
  /** Path of the database; absent for private sessions. */
  file: string | undefined;
  /** The rows are encrypted and the codec has no key for them. */
  locked: boolean;
  holder: string;
  emit(change: StoreChange): void;
  onDamage(sessionId: string, number: number): void;
}

/** Another process has repaired the database: under its path stands another file now. */
export class DatabaseReplaced extends Error {
  override readonly name = 'DatabaseReplaced';
}

const inodeOf = (file: string | undefined): number | undefined =>
  file === undefined ? undefined : statSync(file, { throwIfNoEntry: false })?.ino;

export class Shelf {
  readonly db: DatabaseSync;
  readonly codec: PayloadCodec;
  readonly sessions: SessionTable;
  readonly rows: EntryRows;
  readonly log: SessionLog;
  readonly turns: TurnTable;
  readonly leases: Leases;
  readonly drafts: Drafts;
  readonly draftMedia: DraftMedia;
  readonly recallRuns: RecallRuns;
  readonly feed: ChangeFeed;
  readonly search: SearchIndex | undefined;
  mode: 'normal' | 'read_only' | 'locked';
  readonly #file: string | undefined;
  readonly #inode: number | undefined;
  #dataVersion = -1;
  #indexing = false;

  constructor(options: ShelfOptions) {
    const { db, readOnly, fullText } = options.opened;
    const isPrivate = options.file === undefined;
    this.db = db;
    this.codec = options.codec;
    this.mode = options.locked ? 'locked' : readOnly ? 'read_only' : 'normal';
    this.#file = options.file;
    this.#inode = inodeOf(options.file);
    this.sessions = new SessionTable(db, options.codec, {
      workspaceId: options.workspaceId,
      private: isPrivate,
      readOnly,
    });
    this.rows = new EntryRows(db, options.codec);
    const { file } = options;
    this.log = new SessionLog(db, this.rows, this.sessions, options.onDamage, (damaged) =>
      file === undefined ? undefined : restoreEntry(db, this.rows, file, damaged),
    );
    this.turns = new TurnTable(db, options.codec, options.holder);
    this.leases = new Leases(this.log, this.turns);
    this.drafts = new Drafts(db, options.codec);
    this.draftMedia = new DraftMedia(db, options.codec);
    this.recallRuns = new RecallRuns(db, options.codec);
    const indexInMemory = options.codec.encrypts || isPrivate;
    this.search =
      fullText && this.mode === 'normal'
        ? new SearchIndex(db, this.log, this.sessions, indexInMemory)
        : undefined;
    this.feed = new ChangeFeed(db, this.log, this.sessions, this.turns, options.emit, options.locked);
  }

  /**
   * Writes in one transaction, then tells what changed. Throws `store_read_only` and `store_locked`, also when another
   * process made it so in the meantime, and `DatabaseReplaced`.
   */
  write<T>(run: () => { value: T; entries?: readonly Entry[] }): T {
    this.#checkMode();
    const { value, entries } = transaction(this.db, () => {
      this.look();
      this.#checkMode();
      return run();
    });
    this.feed.expect(entries ?? []);
    this.feed.tell(true);
    if (entries && entries.length > 0) this.#index();
    return value;
  }

  /** Looks whether the database is still the one that was opened, as we know it. Throws `DatabaseReplaced`. */
  look(): void {
    if (this.#inode !== undefined && inodeOf(this.#file) !== this.#inode) throw new DatabaseReplaced();
    const version = Number(this.db.prepare('PRAGMA data_version').get()?.data_version ?? 0);
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    if (versionOf(this.db) > migrations.length) this.mode = 'read_only';
    else if (keyState(this.db, this.codec) !== (this.codec.encrypts ? 'fits' : 'plain')) this.mode = 'locked';
  }

  #checkMode(): void {
    if (this.mode === 'read_only') throw storeReadOnly();
    if (this.mode === 'locked') throw storeLocked();
  }

  /** Indexes in the background, a batch at a time, so that calls are answered in between. */
  #index(): void {
    if (this.#indexing || !this.search) return;
    this.#indexing = true;
    setImmediate(() => {
      this.#indexing = false;
      if (!this.db.isOpen || this.mode !== 'normal') return;
      try {
        if (this.search?.catchUp()) this.#index();
      } catch {
        // The rows are safe in the log; a search or the next append catches up.
      }
    });
  }
}
