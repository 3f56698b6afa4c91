import type { DatabaseSync } from 'node:sqlite';
import type { CallBodies } from '../../core/relay.ts';

/** What was said in calls, while the user wants it kept. Each method runs inside a transaction of its caller. */
export class CallBodyTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  add(call: number, { request, answer }: CallBodies): void {
    this.#db.prepare('INSERT INTO call_body VALUES (?, ?, ?)').run(call, request, answer);
    this.#db.prepare('DELETE FROM call_body WHERE call <= ? - ?').run(call, mostCalls);
  }

  /** Deletes what belongs to calls that are gone. */
  prune(): void {
    this.#db.exec('DELETE FROM call_body WHERE call NOT IN (SELECT id FROM call)');
  }
}

/** Calls back from the newest one: at 256 kB for each body at most, and some ten kB as a rule, about 10 MB. */
const mostCalls = 1000;
