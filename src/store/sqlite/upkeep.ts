/** What a store does by itself: sees other processes' writes, shows that it lives, ends lost turns, makes backups. */
import { isBackupDue, makeBackup } from './backups.ts';
import { beatEveryMs } from './leases.ts';
import { removeLeftovers } from './leftovers.ts';
import { finishDue, isClean } from './maintenance.ts';
import { mendLog } from './restore.ts';
import type { Shelves } from './shelves.ts';
import { transaction } from './transaction.ts';

/** How often other processes' writes are looked for, in ms; they are to be seen within a second. */
const pollEveryMs = 200;

export class Upkeep {
  readonly #shelves: Shelves;
  readonly #timers: NodeJS.Timeout[];
  #backup: Promise<unknown> = Promise.resolve();
  #hasBegun = false;

  constructor(shelves: Shelves) {
    this.#shelves = shelves;
    this.#timers = [
      setInterval(() => this.#tick(), pollEveryMs),
      setInterval(() => this.#beat(), beatEveryMs),
    ];
  }

  /** What was left undone when a process died, and, where the database may be written already, the daily backup. */
  async begin(): Promise<void> {
    this.#shelves.noticeMode();
    if (this.#shelves.disk.mode !== 'normal') return;
    try {
      this.#closeExpired();
      removeLeftovers(this.#shelves.file);
    } catch {
      // A full disk must not keep the sessions from being read; it is tried again at the next tick, or start.
    }
    await this.#begun();
  }

  /** What only a proven database may have done to it, once. */
  async #begun(): Promise<void> {
    const { disk, file, isProven } = this.#shelves;
    if (this.#hasBegun || !isProven || disk.mode !== 'normal') return;
    this.#hasBegun = true;
    try {
      finishDue(disk, file);
      if (isBackupDue(file, Date.now()) && disk.log.lastNumber() > 0) await this.backup();
    } catch {
      // As above.
    }
  }

  /** Makes a backup after those under way; resolves to its path. */
  backup(): Promise<string> {
    const { file } = this.#shelves;
    const made = this.#backup.then(() => {
      const shelf = this.#shelves.writable();
      const { db } = shelf;
      mendLog(shelf);
      return makeBackup(db, file, Date.now(), (copy) => isClean(copy, db));
    });
    this.#backup = made.catch(() => undefined);
    return made;
  }

  /** Resolves when no backup is being made. */
  async settled(): Promise<void> {
    await this.#backup;
  }

  /** What was written here has its backup of the day also where the process was too short for it to come by itself. */
  async end(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#begun();
    await this.settled();
  }

  #tick(): void {
    this.#shelves.poll();
    try {
      this.#shelves.proveWhenIdle();
      if (this.#shelves.disk.mode !== 'normal') return;
      void this.#begun();
      this.#closeExpired();
    } catch {
      // A database that cannot be written just now is looked at again at the next tick.
    }
  }

  /** Also while the database is locked: the turns that run here go on, and are stored once it has its key. */
  #beat(): void {
    const { disk } = this.#shelves;
    if (disk.mode === 'read_only') return;
    try {
      if (!disk.turns.leases().some((turn) => disk.turns.isOwn(turn))) return;
      transaction(disk.db, () => {
        disk.look();
        disk.turns.beat();
      });
    } catch {
      // Missing one beat is harmless; a lease expires after several.
    }
  }

  #closeExpired(): void {
    const { disk } = this.#shelves;
    for (const turn of disk.leases.expired(performance.now())) {
      this.#shelves.write(disk, (shelf) => ({
        value: undefined,
        entries: shelf.leases.close(turn, Date.now()),
      }));
    }
  }
}
