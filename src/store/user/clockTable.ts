/** The clock that all processes of the user share, as a row. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type Reading, type SharedTime, timeAfter } from '../../core/limits/sharedClock.ts';

const row = z.object({ tick: z.number(), uptime_ms: z.number(), wall_ms: z.number() });

export class ClockTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Ms that never fall, whatever the wall clock does. */
  read(reading: Reading): number {
    return this.#time(reading).tick;
  }

  /** As `read`; later readings go on from this one. Runs inside a transaction of its caller. */
  advance(reading: Reading): number {
    const { tick, uptimeMs, wallMs } = this.#time(reading);
    this.#db
      .prepare(
        `INSERT INTO limit_clock VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE
         SET tick = excluded.tick, uptime_ms = excluded.uptime_ms, wall_ms = excluded.wall_ms`,
      )
      .run(tick, uptimeMs, wallMs);
    return tick;
  }

  #time(reading: Reading): SharedTime {
    const raw = this.#db.prepare('SELECT * FROM limit_clock').get();
    if (raw === undefined) return timeAfter(undefined, reading);
    const { tick, uptime_ms, wall_ms } = row.parse(raw);
    return timeAfter({ tick, uptimeMs: uptime_ms, wallMs: wall_ms }, reading);
  }
}
