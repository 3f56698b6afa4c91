/** One database with everything that reads and writes it. There is one on disk, and one in memory for private sessions. */
import type { DatabaseSync } from 'node:sqlite';
import { storeReadOnly } from '../../core/errors.ts';
import type { StoreChange } from '../../core/session/store.ts';
import type { Entry } from '../../protocol/entries.ts';
import { ChangeFeed } from './changeFeed.ts';
import type { PayloadCodec } from './codec.ts';
import type { OpenedDatabase } from './database.ts';
import { Drafts } from './drafts.ts';
import { EntryRows } from './entryRows.ts';
import { Leases } from './leases.ts';
import { SearchIndex } from './searchIndex.ts';
import { SessionLog } from './sessionLog.ts';
import { SessionTable } from './sessionTable.ts';
import { transaction } from './transaction.ts';
import { TurnTable } from './turnTable.ts';

export interface ShelfOptions {
  opened: OpenedDatabase;
  codec: PayloadCodec;
  workspaceId: string;
  private: boolean;
  holder: string;
  emit(change: StoreChange): void;
  onDamage(sessionId: string, number: number): void;
}

export class Shelf {
  readonly db: DatabaseSync;
  readonly codec: PayloadCodec;
  readonly sessions: SessionTable;
  readonly rows: EntryRows;
  readonly log: SessionLog;
  readonly turns: TurnTable;
  readonly leases: Leases;
  readonly drafts: Drafts;
  readonly feed: ChangeFeed;
  readonly search: SearchIndex | undefined;
  readonly readOnly: boolean;
  #indexing = false;

  constructor(options: ShelfOptions) {
    const { db, readOnly, fullText } = options.opened;
    this.db = db;
    this.codec = options.codec;
    this.readOnly = readOnly;
    this.sessions = new SessionTable(db, options.codec, {
      workspaceId: options.workspaceId,
      private: options.private,
      readOnly,
    });
    this.rows = new EntryRows(db, options.codec);
    this.log = new SessionLog(db, this.rows, this.sessions, options.onDamage);
    this.turns = new TurnTable(db, options.codec, options.holder);
    this.leases = new Leases(this.log, this.turns);
    this.drafts = new Drafts(db, options.codec);
    const indexInMemory = options.codec.encrypts || options.private;
    this.search =
      fullText && !readOnly ? new SearchIndex(db, this.log, this.sessions, indexInMemory) : undefined;
    this.feed = new ChangeFeed(db, this.log, this.sessions, this.turns, options.emit);
  }

  /** Writes in one transaction, then tells what changed. Throws `store_read_only`. */
  write<T>(run: () => { value: T; entries?: readonly Entry[] }): T {
    if (this.readOnly) throw storeReadOnly();
    const { value, entries } = transaction(this.db, run);
    this.feed.expect(entries ?? []);
    this.feed.tell(true);
    if (entries && entries.length > 0) this.#index();
    return value;
  }

  /** Indexes in the background, a batch at a time, so that calls are answered in between. */
  #index(): void {
    if (this.#indexing || !this.search) return;
    this.#indexing = true;
    setImmediate(() => {
      this.#indexing = false;
      if (!this.db.isOpen) return;
      try {
        if (this.search?.catchUp()) this.#index();
      } catch {
        // The rows are safe in the log; a search or the next append catches up.
      }
    });
  }
}
