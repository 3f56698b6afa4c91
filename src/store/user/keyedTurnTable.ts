/** Turns of requests with a key, as rows. Each method that writes runs inside a transaction of its caller. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { KeyedRequest, KeyedTurn } from '../../core/register.ts';

/** A program that comes back after a day asks anew; most APIs with such keys keep them as long. In ms. */
const keptMs = 24 * 60 * 60_000;
/** Of one client: one every nine seconds of the day, about 3 MB. The oldest go first, and harm nobody else. */
const mostOfClient = 10_000;

const row = z.object({ fingerprint: z.string(), session_id: z.string(), turn_id: z.string() });

export class KeyedTurnTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** `tick` is of the shared clock, so that a wall clock that jumps makes no key older or younger. */
  find(client: string, key: string, tick: number): KeyedTurn | undefined {
    const raw = this.#db
      .prepare(
        `SELECT fingerprint, session_id, turn_id FROM keyed_turn WHERE client = ? AND key = ? AND tick > ?`,
      )
      .get(client, key, tick - keptMs);
    if (raw === undefined) return undefined;
    const { fingerprint, session_id, turn_id } = row.parse(raw);
    return { fingerprint, sessionId: session_id, turnId: turn_id };
  }

  /** The turn that stands for the key: this one, unless there is one. */
  claim(
    { client, key, fingerprint }: KeyedRequest,
    { sessionId, turnId }: Pick<KeyedTurn, 'sessionId' | 'turnId'>,
    tick: number,
    most = mostOfClient,
  ): KeyedTurn {
    this.#db.prepare('DELETE FROM keyed_turn WHERE tick <= ?').run(tick - keptMs);
    const known = this.find(client, key, tick);
    if (known) return known;
    this.#db
      .prepare('INSERT INTO keyed_turn VALUES (NULL, ?, ?, ?, ?, ?, ?)')
      .run(client, key, fingerprint, sessionId, turnId, tick);
    this.#db
      .prepare(
        `DELETE FROM keyed_turn WHERE client = :client AND number <=
           (SELECT number FROM keyed_turn WHERE client = :client ORDER BY number DESC LIMIT 1 OFFSET :most)`,
      )
      .run({ client, most });
    return { fingerprint, sessionId, turnId };
  }

  release(client: string, key: string, sessionId: string): void {
    this.#db
      .prepare('DELETE FROM keyed_turn WHERE client = ? AND key = ? AND session_id = ?')
      .run(client, key, sessionId);
  }
}
