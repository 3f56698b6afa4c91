import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
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

  get(call: number): CallBodies | undefined {
    const row = this.#db.prepare('SELECT request, answer FROM call_body WHERE call = ?').get(call);
    return row && bodies.parse(row);
  }

  forget(): void {
    this.#db.exec('DELETE FROM call_body');
  }

  /** Deletes what belongs to calls that are gone. */
  prune(): void {
    this.#db.exec('DELETE FROM call_body WHERE call NOT IN (SELECT id FROM call)');
  }
}

/** Calls back from the newest one: some ten kB each as a rule, and 128 kB at most. */
const mostCalls = 1000;

const bodies = z.object({ request: z.string(), answer: z.string() });
