import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { TimeQuery } from '../../core/relay.ts';
import { slotOf } from '../../protocol/latency.ts';

const slotRow = z.object({ at: z.number(), slot: z.number(), calls: z.number() });

/** How many calls of each stretch of time took how long, as slots by stretch. */
export function readSlots(
  db: DatabaseSync,
  column: 'total_ms' | 'first_token_ms',
  { from, to, step, upTo }: TimeQuery,
): Map<number, [slot: number, calls: number][]> {
  // The rule of the slots stands in one place, which the page of the dashboard counts on with.
  db.function('latency_slot', { deterministic: true }, (ms) => slotOf(Number(ms)));
  const rows = db
    .prepare(
      `SELECT CAST((at - ?) / ? AS INTEGER) AS at, latency_slot(${column}) AS slot, COUNT(*) AS calls
       FROM call WHERE call.at >= ? AND call.at < ? AND id <= COALESCE(?, id) AND ${column} IS NOT NULL
       GROUP BY 1, 2`,
    )
    .all(from, step, from, to, upTo ?? null);
  const slots = new Map<number, [slot: number, calls: number][]>();
  for (const raw of rows) {
    const { at, slot, calls } = slotRow.parse(raw);
    const those = slots.get(at);
    if (those) those.push([slot, calls]);
    else slots.set(at, [[slot, calls]]);
  }
  return slots;
}
