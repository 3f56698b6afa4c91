/** Finds out what changed since it last looked, whichever process did it. */

import type { DatabaseSync } from 'node:sqlite';
import type { StoreChange } from '../../core/session/store.ts';
import type { Entry } from '../../protocol/entries.ts';
import { queueOf } from '../queuedTurns.ts';
import type { SessionLog } from './sessionLog.ts';
import type { SessionTable } from './sessionTable.ts';
import type { Lease, TurnTable } from './turnTable.ts';

/** Entries read at a time. */
const pageSize = 500;
/**
 * A session that began with more entries since the last look was imported. Each would be a message of its own, and the
 * thread that hears them would take in all that are waiting before it does anything else.
 */
const mostTold = 500;

interface Seen {
  state: 'live' | 'queued';
  place: number;
  progressNumber: number;
}

export class ChangeFeed {
  readonly #db: DatabaseSync;
  readonly #log: SessionLog;
  readonly #sessions: SessionTable;
  readonly #turns: TurnTable;
  readonly #emit: (change: StoreChange) => void;
  #dataVersion: number;
  #number: number;
  #change: number;
  #purged: number;
  #seen: Map<string, { sessionId: string; own: boolean } & Seen>;
  readonly #ownEntries = new Map<string, Entry>();

  constructor(
    db: DatabaseSync,
    log: SessionLog,
    sessions: SessionTable,
    turns: TurnTable,
    emit: (change: StoreChange) => void,
    isLocked: boolean,
  ) {
    this.#db = db;
    this.#log = log;
    this.#sessions = sessions;
    this.#turns = turns;
    this.#emit = emit;
    this.#dataVersion = this.#readDataVersion();
    this.#number = log.lastNumber();
    this.#change = sessions.lastChange();
    this.#purged = this.#lastPurged();
    // Nothing is told of turns that run while their session cannot be read.
    this.#seen = this.#snapshot(isLocked ? [] : turns.leases());
  }

  /** The next look tells what is new since the other feed's last one, of the same database. */
  continueFrom(other: ChangeFeed): void {
    this.#number = other.#number;
    this.#change = other.#change;
    this.#purged = other.#purged;
    this.#seen = other.#seen;
    this.#dataVersion = -1;
  }

  /** Entries this process is about to commit, so that they are told as its own and not read again. */
  expect(entries: readonly Entry[]): void {
    for (const entry of entries) this.#ownEntries.set(entry.id, entry);
  }

  /** Looks only when another process has written; cheap enough to be asked several times a second. */
  poll(): void {
    const version = this.#readDataVersion();
    if (version === this.#dataVersion) return;
    this.tell(false);
    this.#dataVersion = version;
  }

  /**
   * Tells everything new in the order of the log. `own` is whether this process has just committed: then a failure is
   * not the writer's, whose entries are kept; the next poll tells what is left.
   */
  tell(own: boolean): void {
    try {
      this.#tellAll(own);
    } catch (error) {
      if (!own) throw error;
      this.#dataVersion = -1;
    }
  }

  #tellAll(own: boolean): void {
    this.#tellEntries();
    this.#tellSessions(own);
    this.#tellPurged(own);
    this.#tellTurns();
    this.#ownEntries.clear();
  }

  #tellEntries(): void {
    const last = this.#log.lastNumber();
    const imported = last - this.#number > mostTold ? this.#log.begunAfter(this.#number, mostTold) : [];
    const except = imported.map(({ sessionId }) => sessionId);
    for (;;) {
      const rows = this.#log.after(this.#number, pageSize, except);
      for (const { number, sessionId, entry } of rows) {
        this.#number = number;
        if (!entry) continue;
        this.#emit({ type: 'appended', own: this.#ownEntries.has(entry.id), sessionId, entries: [entry] });
      }
      if (rows.length < pageSize) break;
    }
    this.#number = Math.max(this.#number, last);
    for (const { sessionId, firstId } of imported)
      this.#emit({ type: 'imported', own: this.#ownEntries.has(firstId), sessionId });
  }

  #tellSessions(own: boolean): void {
    const { sessions, last } = this.#sessions.changedAfter(this.#change);
    this.#change = last;
    for (const session of sessions) this.#emit({ type: 'session', own, session });
  }

  #tellPurged(own: boolean): void {
    const rows = this.#db
      .prepare('SELECT number, session_id FROM purged WHERE number > ? ORDER BY number')
      .all(this.#purged);
    for (const row of rows) {
      this.#purged = Number(row.number);
      this.#emit({ type: 'purged', own, sessionId: String(row.session_id) });
    }
  }

  #tellTurns(): void {
    const rows = this.#turns.leases();
    const before = this.#seen;
    const now = this.#snapshot(rows);
    this.#seen = now;
    const queues = new Set<string>();
    const freed = new Set<string>();
    for (const [turnId, turn] of now) {
      const old = before.get(turnId);
      if (turn.state === 'queued' && (old?.state !== 'queued' || old.place !== turn.place))
        queues.add(turn.sessionId);
      if (turn.state === 'live' && old?.state !== 'live') {
        if (old?.state === 'queued') queues.add(turn.sessionId);
        this.#emit({ type: 'turn_live', own: turn.own, sessionId: turn.sessionId, turnId });
      }
      if (turn.state === 'live' && !turn.own && turn.progressNumber > (old?.progressNumber ?? 0)) {
        const content = this.#turns.progress(turnId);
        this.#emit({ type: 'progress', own: false, sessionId: turn.sessionId, turnId, content });
      }
    }
    for (const [turnId, turn] of before) {
      if (now.has(turnId)) continue;
      if (turn.state === 'queued') queues.add(turn.sessionId);
      else freed.add(turn.sessionId);
    }
    for (const sessionId of queues) {
      const queue = queueOf(this.#turns.of(sessionId));
      this.#emit({ type: 'queue', own: false, sessionId, queue });
    }
    for (const sessionId of freed) {
      const stillLive = rows.some((turn) => turn.sessionId === sessionId && turn.state === 'live');
      if (!stillLive) this.#emit({ type: 'free', own: false, sessionId });
    }
  }

  #snapshot(rows: readonly Lease[]): Map<string, { sessionId: string; own: boolean } & Seen> {
    return new Map(
      rows.map(({ turnId, sessionId, state, place, progressNumber, holder }) => [
        turnId,
        { sessionId, state, place, progressNumber, own: this.#turns.isOwn({ holder }) },
      ]),
    );
  }

  #readDataVersion(): number {
    return Number(this.#db.prepare('PRAGMA data_version').get()?.data_version ?? 0);
  }

  #lastPurged(): number {
    return Number(this.#db.prepare('SELECT coalesce(max(number), 0) AS last FROM purged').get()?.last ?? 0);
  }
}
