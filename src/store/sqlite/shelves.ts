/**
 * The store's databases: the one on disk, and one in memory for private sessions; which session and turn is where.
 *
 * A large database is read before all of it was checked, and for so long SQLite itself refuses to write to it. It is
 * proven before the first write, or once nobody has asked for a while; what is damaged is set aside then, as it was, and
 * said.
 */
import {
  CausewayError,
  invalidInput,
  notFound,
  rowDamaged,
  storeLocked,
  storeReadOnly,
  storeUnavailable,
  toErrorInfo,
} from '../../core/errors.ts';
import type { StoreChange } from '../../core/session/store.ts';
import type { Entry } from '../../protocol/entries.ts';
import type { ErrorInfo } from '../../protocol/errors.ts';
import { isConstraint, isDamage } from '../sqliteErrors.ts';
import { PayloadCodec } from './codec.ts';
import { type OpenedDatabase, openDatabase } from './database.ts';
import { thisHolder } from './holder.ts';
import { keyState } from './keyCheck.ts';
import { openSound, type Thoroughness } from './openSound.ts';
import { DatabaseReplaced, Shelf } from './shelf.ts';
import { provesSound } from './soundness.ts';

/** Nobody has asked for so long, in ms, that whoever opened a window has seen what he wanted to see. */
const idleMs = 1_000;

export interface SqliteStoreOptions {
  /** Path of the database. */
  file: string;
  workspaceId: string;
  /** 32 bytes when the database is encrypted. */
  key: Uint8Array | undefined;
  emit(change: StoreChange): void;
}

type Written<T> = { value: T; entries?: readonly Entry[] };

export class Shelves {
  readonly file: string;
  readonly notices: ErrorInfo[] = [];
  readonly #options: SqliteStoreOptions;
  readonly #holder = thisHolder();
  readonly #damaged = new Set<number>();
  #key: Uint8Array | undefined;
  #opened: OpenedDatabase;
  #disk: Shelf;
  #memory: Shelf | undefined;
  #opening = 1;
  #isProven = false;
  #askedAt = performance.now();

  /** Opens the database on disk, and repairs it before where it is damaged. */
  constructor(options: SqliteStoreOptions) {
    this.file = options.file;
    this.#options = options;
    this.#key = options.key;
    [this.#opened, this.#disk] = this.#open();
  }

  get disk(): Shelf {
    return this.#disk;
  }

  /** Counts how often the database was opened; another file may stand under its path since. */
  get opening(): number {
    return this.#opening;
  }

  /** All of the database was checked, so that it may be written. */
  get isProven(): boolean {
    return this.#isProven;
  }

  get memory(): Shelf | undefined {
    return this.#memory;
  }

  get opened(): OpenedDatabase {
    return this.#opened;
  }

  /** Throws `store_locked`. */
  unlocked(): Shelf {
    this.#askedAt = performance.now();
    if (this.#disk.mode === 'locked') throw storeLocked();
    return this.#disk;
  }

  /** The disk's, proven where it may be written at all. Throws `store_locked`. */
  writable(): Shelf {
    if (this.unlocked().mode === 'normal') this.prove();
    return this.#disk;
  }

  /** Where the session is. Throws `not_found` and `store_locked`. */
  of(sessionId: string): Shelf {
    if (this.#memory?.sessions.has(sessionId)) return this.#memory;
    const disk = this.unlocked();
    if (!disk.sessions.has(sessionId)) throw notFound('session', sessionId);
    return disk;
  }

  ofTurn(turnId: string): Shelf | undefined {
    return [this.#disk, this.#memory].find((shelf) => shelf?.turns.has(turnId));
  }

  privateShelf(): Shelf {
    this.#memory ??= this.#shelf(openDatabase(':memory:'), new PayloadCodec(undefined), undefined);
    return this.#memory;
  }

  /** Reads; what turns out to be damaged is repaired first. */
  read<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (this.#isProven || !isDamage(error)) throw error;
      this.prove();
      return run();
    }
  }

  /** Checks all of the database, once; a damaged one is replaced by what could be salvaged, and that is said. */
  prove(): void {
    if (this.#isProven) return;
    if (provesSound(this.file)) {
      this.#isProven = true;
      this.#disk.db.exec('PRAGMA query_only = OFF');
      return;
    }
    // Windows renames no file that is open.
    if (process.platform === 'win32') this.#disk.db.close();
    try {
      this.reopen('whole');
    } catch (error) {
      // It could not be repaired, on a full disk for instance: it is read on as before.
      if (!this.#disk.db.isOpen) this.reopen();
      throw error;
    }
  }

  /** Checks all of it if nobody has asked for anything just now. */
  proveWhenIdle(): void {
    if (this.#isProven || this.#disk.mode === 'locked') return;
    if (performance.now() - this.#askedAt < idleMs) return;
    // One that cannot be repaired now, on a full disk for instance, is tried again when it is needed.
    this.#askedAt = Number.POSITIVE_INFINITY;
    this.prove();
  }

  /** Writes in one transaction; on the repaired database when another process has just put one in place. */
  write<T>(shelf: Shelf, run: (shelf: Shelf) => Written<T>): T {
    return this.guard(() => {
      const target = shelf === this.#disk ? this.writable() : shelf;
      try {
        return target.write(() => run(target));
      } catch (error) {
        if (!(error instanceof DatabaseReplaced)) throw error;
        this.reopen();
        const disk = this.writable();
        return disk.write(() => run(disk));
      } finally {
        this.noticeMode();
      }
    });
  }

  /** What SQLite reports, such as a full disk, becomes an error in the user's words. */
  guard<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof CausewayError) throw error;
      if (isConstraint(error))
        throw invalidInput('id', 'one that is taken', 'a new id, and one end to a turn');
      throw storeUnavailable(error);
    }
  }

  /** Looks what other processes have done. */
  poll(): void {
    try {
      this.#disk.look();
      if (this.#disk.mode !== 'locked') this.#disk.feed.poll();
    } catch (error) {
      if (error instanceof DatabaseReplaced) this.reopen();
    } finally {
      this.noticeMode();
    }
  }

  reopen(thoroughness: Thoroughness = 'look'): void {
    const replaced = this.#disk;
    [this.#opened, this.#disk] = this.#open(thoroughness);
    // What happened while nothing could be read is told now.
    if (replaced.mode === 'locked' && this.#disk.mode !== 'locked')
      this.#disk.feed.continueFrom(replaced.feed);
    if (replaced.db.isOpen) replaced.db.close();
    this.#opening += 1;
  }

  /** From now on payloads are written and read under this key. */
  rekey(key: Uint8Array | undefined): void {
    this.#key = key;
    this.#disk = this.#shelf(this.#opened, new PayloadCodec(key), this.file);
  }

  /** Opens a locked database anew with this key; whether it fits is in the mode. */
  unlock(key: Uint8Array | undefined): void {
    this.poll();
    if (this.#disk.mode !== 'locked') return;
    this.#key = key;
    this.guard(() => this.reopen());
    if (this.#disk.mode === 'locked') return;
    const told = this.notices.findIndex(({ code }) => code === storeLocked().code);
    if (told >= 0) this.notices.splice(told, 1);
  }

  /** Tells once that the database is read-only or locked now. */
  noticeMode(): void {
    const { mode } = this.#disk;
    if (mode === 'normal') return;
    const notice = toErrorInfo(mode === 'locked' ? storeLocked() : storeReadOnly());
    if (!this.notices.some(({ code }) => code === notice.code)) this.#notice(notice);
  }

  close(): void {
    for (const shelf of [this.#disk, this.#memory]) if (shelf?.db.isOpen) shelf.db.close();
  }

  #open(thoroughness: Thoroughness = 'look'): [OpenedDatabase, Shelf] {
    const codec = new PayloadCodec(this.#key);
    const { notices, isProven, ...opened } = openSound(this.file, codec, Date.now(), thoroughness);
    for (const notice of notices) this.#notice(notice);
    try {
      const state = keyState(opened.db, codec);
      const fitting = state === 'fits' ? codec : new PayloadCodec(undefined);
      const shelf = this.#shelf(opened, fitting, this.file, state === 'locked');
      if (!isProven) opened.db.exec('PRAGMA query_only = ON');
      this.#isProven = isProven;
      return [opened, shelf];
    } catch (error) {
      opened.db.close();
      if (!isProven && isDamage(error)) return this.#open('whole');
      throw error;
    }
  }

  #shelf(opened: OpenedDatabase, codec: PayloadCodec, file: string | undefined, locked = false): Shelf {
    return new Shelf({
      opened,
      codec,
      workspaceId: this.#options.workspaceId,
      file,
      locked,
      holder: this.#holder,
      emit: this.#options.emit,
      onDamage: (sessionId, number) => {
        if (this.#damaged.has(number)) return;
        this.#damaged.add(number);
        this.#notice(toErrorInfo(rowDamaged(sessionId)));
      },
    });
  }

  #notice(notice: ErrorInfo): void {
    this.notices.push(notice);
    this.#options.emit({ type: 'notice', own: true, notice });
  }
}
