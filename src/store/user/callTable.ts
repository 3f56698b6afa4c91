/** Calls of models as rows. Each method runs inside a transaction of its caller. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type {
  CallBodies,
  KeptCall,
  LoggedCall,
  TimeQuery,
  TimeRow,
  UsageGroup,
  UsageQuery,
  UsageRow,
} from '../../core/relay.ts';
import { CallBodyTable } from './callBodyTable.ts';
import { keptCall, rowOf, written } from './callRows.ts';
import { readSlots } from './callSlots.ts';

/** A quarter of a year and a little, so that months can be compared; in ms. */
const keptMs = 100 * 24 * 60 * 60_000;
/** About 100 MB: a call takes some 200 bytes with its index. */
const mostKept = 500_000;
/** Calls after which what is too old or too much is looked for. */
const lookEvery = 1000;

const columns: Record<UsageGroup, string> = {
  client: 'client',
  model: 'model',
  session: "COALESCE(session, '')",
  day: "strftime('%Y-%m-%d', at / 1000, 'unixepoch')",
};

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

/** From, to and the last number that counts; the column is named in full, for some sums have one of its name. */
const within = 'call.at >= ? AND call.at < ? AND id <= COALESCE(?, id)';

const sumRow = z.object({
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
const usageRow = sumRow.extend({
  client: z.string().optional(),
  model: z.string().optional(),
  session: z.string().optional(),
  day: z.string().optional(),
});
const timeRow = sumRow.extend({ at: z.number(), hits: z.number() });

export class CallTable {
  readonly #db: DatabaseSync;
  readonly #bodies: CallBodyTable;
  /** Looks with the first calls that come, and then now and again. */
  #untilLook = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#bodies = new CallBodyTable(db);
  }

  add(calls: readonly LoggedCall[], now: number): void {
    const insert = this.#db.prepare(
      `INSERT INTO call (${written.join(', ')}) VALUES (${written.map(() => '?').join(', ')})`,
    );
    for (const call of calls) {
      const { lastInsertRowid } = insert.run(...rowOf(call));
      if (call.bodies) this.#bodies.add(Number(lastInsertRowid), call.bodies);
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
    this.#bodies.prune();
  }

  usage({ by, from, to, upTo }: UsageQuery): UsageRow[] {
    const groups = by.map((group) => `${columns[group]} AS ${group}`);
    // By their places: a column of the table has the same name as a group and would win.
    const places = by.map((_, index) => index + 1).join(', ');
    const order = by.length === 0 ? '' : `GROUP BY ${places} ORDER BY ${places}`;
    return this.#db
      .prepare(`SELECT ${[...groups, ...sums].join(', ')} FROM call WHERE ${within} ${order}`)
      .all(from, to, upTo ?? null)
      .map((raw) => {
        const { client, model, session, day, ...row } = usageRow.parse(raw);
        return {
          ...(client === undefined ? {} : { client }),
          ...(model === undefined ? {} : { model }),
          ...(session === undefined ? {} : { session }),
          ...(day === undefined ? {} : { day }),
          ...sumsOf(row),
        };
      });
  }

  overTime(query: TimeQuery): TimeRow[] {
    const { from, to, step, upTo } = query;
    const rows = this.#db
      .prepare(
        `SELECT CAST((at - ?) / ? AS INTEGER) AS at, ${sums.join(', ')}, ${sum("cache = 'hit'")} AS hits
         FROM call WHERE ${within} GROUP BY 1 ORDER BY 1`,
      )
      .all(from, step, from, to, upTo ?? null)
      .map((raw) => timeRow.parse(raw));
    const total = readSlots(this.#db, 'total_ms', query);
    const first = readSlots(this.#db, 'first_token_ms', query);
    return rows.map(({ at, hits, ...row }) => ({
      at,
      hits,
      ...sumsOf(row),
      total: total.get(at) ?? [],
      first: first.get(at) ?? [],
    }));
  }

  calls({ after, limit }: { after?: number; limit: number }): KeptCall[] {
    const select = 'SELECT *, id IN (SELECT call FROM call_body) AS has_bodies FROM call';
    const rows =
      after === undefined
        ? this.#db.prepare(`${select} ORDER BY id DESC LIMIT ?`).all(limit).reverse()
        : this.#db.prepare(`${select} WHERE id > ? ORDER BY id LIMIT ?`).all(after, limit);
    return rows.map(keptCall);
  }

  bodies(id: number): CallBodies | undefined {
    return this.#bodies.get(id);
  }

  forgetBodies(): void {
    this.#bodies.forget();
  }
}

function sumsOf({ input, output, created, created1h, read, ...row }: z.infer<typeof sumRow>) {
  return {
    ...row,
    usage: {
      inputTokens: input,
      outputTokens: output,
      cacheCreationTokens: created,
      cacheCreation1hTokens: created1h,
      cacheReadTokens: read,
    },
  };
}
