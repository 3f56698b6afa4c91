/** Relayed calls as rows. Each method runs inside a transaction of its caller. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { LoggedCall, UsageGroup, UsageQuery, UsageRow } from '../../core/relay.ts';

/** A quarter of a year and a little, so that months can be compared; in ms. */
const keptMs = 100 * 24 * 60 * 60_000;
/** About 100 MB: a call takes some 200 bytes with its index. */
const mostKept = 500_000;
/** Calls after which what is too old or too much is looked for. */
const lookEvery = 1000;

const columns: Record<UsageGroup, string> = {
  client: 'client',
  model: 'model',
  day: "strftime('%Y-%m-%d', at / 1000, 'unixepoch')",
};

const usageRow = z.object({
  client: z.string().optional(),
  model: z.string().optional(),
  day: z.string().optional(),
  calls: z.number(),
  failures: z.number(),
  input: z.number(),
  output: z.number(),
  created: z.number(),
  created1h: z.number(),
  read: z.number(),
  cost: z.number(),
  unpriced: z.number(),
});

export class CallTable {
  readonly #db: DatabaseSync;
  /** Looks with the first calls that come, and then now and again. */
  #untilLook = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  add(calls: readonly LoggedCall[], now: number): void {
    const insert = this.#db.prepare(
      'INSERT INTO call VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    for (const { usage, ...call } of calls) {
      insert.run(
        call.at,
        call.client,
        call.wire,
        call.operation,
        call.model,
        call.stream ? 1 : 0,
        call.status,
        call.outcome,
        usage?.inputTokens ?? null,
        usage?.outputTokens ?? null,
        usage?.cacheCreationTokens ?? null,
        usage?.cacheCreation1hTokens ?? null,
        usage?.cacheReadTokens ?? null,
        call.cost ?? null,
        call.firstByteMs ?? null,
        call.totalMs,
        call.requestId ?? null,
      );
    }
    this.#untilLook -= calls.length;
    if (this.#untilLook > 0) return;
    this.#untilLook = lookEvery;
    this.prune(now);
  }

  /** Deletes what is too old, and the oldest of what is too much. */
  prune(now: number, most = mostKept): void {
    this.#db.prepare('DELETE FROM call WHERE at < ?').run(now - keptMs);
    // Numbers are given in turn and taken away from the old end alone, so that nothing needs to be counted.
    this.#db.prepare('DELETE FROM call WHERE id <= (SELECT MAX(id) FROM call) - ?').run(most);
  }

  usage({ by, from, to }: UsageQuery): UsageRow[] {
    const groups = by.map((group) => `${columns[group]} AS ${group}`);
    const sum = (column: string) => `COALESCE(SUM(${column}), 0)`;
    const sums = [
      'COUNT(*) AS calls',
      `${sum("outcome <> 'done'")} AS failures`,
      `${sum('input_tokens')} AS input`,
      `${sum('output_tokens')} AS output`,
      `${sum('cache_creation_tokens')} AS created`,
      `${sum('cache_creation_1h_tokens')} AS created1h`,
      `${sum('cache_read_tokens')} AS read`,
      `CAST(${sum('cost')} AS REAL) AS cost`,
      `${sum('input_tokens IS NOT NULL AND cost IS NULL')} AS unpriced`,
    ];
    const order = by.length === 0 ? '' : `GROUP BY ${by.join(', ')} ORDER BY ${by.join(', ')}`;
    return this.#db
      .prepare(`SELECT ${[...groups, ...sums].join(', ')} FROM call WHERE at >= ? AND at < ? ${order}`)
      .all(from, to)
      .map((raw) => {
        const { input, output, created, created1h, read, client, model, day, ...row } = usageRow.parse(raw);
        return {
          ...(client === undefined ? {} : { client }),
          ...(model === undefined ? {} : { model }),
          ...(day === undefined ? {} : { day }),
          ...row,
          usage: {
            inputTokens: input,
            outputTokens: output,
            cacheCreationTokens: created,
            cacheCreation1hTokens: created1h,
            cacheReadTokens: read,
          },
        };
      });
  }
}
