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

  constructor(shelves: Shelves) {
    this.#shelves = shelves;
    this.#timers = [
      setInterval(() => this.#tick(), pollEveryMs),
      setInterval(() => this.#beat(), beatEveryMs),
    ];
  }

  /** What was left undone when a process died, and the daily backup. */
  async begin(): Promise<void> {
    this.#shelves.noticeMode();
    const { disk, file } = this.#shelves;
    if (disk.mode !== 'normal') return;
    try {
      this.#closeExpired();
      removeLeftovers(file);
      finishDue(disk, file);
      if (isBackupDue(file, Date.now()) && disk.log.lastNumber() > 0) await this.backup();
    } catch {
      // A full disk must not keep the sessions from being read; all of it is tried again at the next start.
    }
  }

  /** Makes a backup after those under way; resolves to its path. */
  backup(): Promise<string> {
    const { file } = this.#shelves;
    const made = this.#backup.then(() => {
      const shelf = this.#shelves.unlocked();
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

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #tick(): void {
    this.#shelves.poll();
    if (this.#shelves.disk.mode !== 'normal') return;
    try {
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
