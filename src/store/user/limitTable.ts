/** The ledger of limits as rows. Each method runs inside a transaction of its caller. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { grant, leftOf, type Side } from '../../core/limits/grant.ts';
import type { LedgerAnswer, LedgerEntry } from '../../core/limits/ledger.ts';
import { type Amounts, type ClientLimits, type LimitKind, limitKinds } from '../../core/limits/limits.ts';
import { firstCounted, slotAt, windowOf } from '../../core/limits/windows.ts';
import { holderState } from '../sqlite/holder.ts';

/**
 * A holder of another machine, as with a home folder in the network, cannot be looked at; one that has written nothing
 * for so long is gone. In ms; the longest turn is far shorter.
 */
const strangerMs = 24 * 60 * 60_000;

const kind = z.enum(limitKinds);
const usedRow = z.object({ kind, slot: z.number(), client: z.string(), amount: z.number() });
const heldRow = z.object({
  holder: z.string(),
  client: z.string(),
  kind,
  amount: z.number(),
  tick: z.number(),
});

export interface LedgerLimits {
  client: ClientLimits;
  all: ClientLimits;
}

export class LimitTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** `now` is of the shared clock. */
  exchange(entry: LedgerEntry, limits: LedgerLimits, holder: string, now: number): LedgerAnswer {
    this.#forget(now);
    this.#endGone(holder, now);
    const { clientId, used, returned, need, wish } = entry;
    for (const kind of limitKinds) {
      this.#use(clientId, kind, used[kind] ?? 0, now);
      this.#hold(holder, clientId, kind, -(used[kind] ?? 0) - (returned[kind] ?? 0), now);
    }
    const answer = grant(this.#sides(clientId, limits), need, wish, now);
    const granted: Amounts = 'granted' in answer ? answer.granted : {};
    for (const kind of limitKinds) this.#hold(holder, clientId, kind, granted[kind] ?? 0, now);
    return {
      granted,
      left: leftOf(this.#sides(clientId, limits), now),
      ...('refused' in answer ? { refused: answer.refused } : {}),
    };
  }

  /** What lies more than its window back. */
  #forget(now: number): void {
    const forget = this.#db.prepare('DELETE FROM limit_used WHERE kind = ? AND slot < ?');
    for (const kind of limitKinds) {
      const window = windowOf(kind);
      if (window) forget.run(kind, firstCounted(window, now));
    }
  }

  #endGone(own: string, now: number): void {
    const rows = this.#db.prepare('SELECT * FROM limit_held WHERE holder <> ?').all(own);
    const states = new Map<string, boolean>();
    for (const { holder, client, kind, amount, tick } of rows.map((row) => heldRow.parse(row))) {
      const gone = states.get(holder) ?? (holderState(holder) === 'gone' || now - tick > strangerMs);
      states.set(holder, gone);
      // How much of it was used before the end, nobody can tell any more.
      if (gone) this.#use(client, kind, amount, now);
    }
    const end = this.#db.prepare('DELETE FROM limit_held WHERE holder = ?');
    for (const [holder, gone] of states) if (gone) end.run(holder);
  }

  #use(client: string, kind: LimitKind, amount: number, now: number): void {
    const window = windowOf(kind);
    if (!window || amount <= 0) return;
    this.#db
      .prepare(
        `INSERT INTO limit_used (kind, slot, client, amount) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET amount = amount + excluded.amount`,
      )
      .run(kind, slotAt(window, now), client, Math.ceil(amount));
  }

  /** What a process holds never falls below nothing: a call may have used more than was held for it. */
  #hold(holder: string, client: string, kind: LimitKind, change: number, now: number): void {
    if (change === 0) return;
    this.#db
      .prepare(
        `INSERT INTO limit_held (holder, client, kind, amount, tick) VALUES (?, ?, ?, max(0, ?), ?)
         ON CONFLICT DO UPDATE SET amount = max(0, amount + ?), tick = excluded.tick`,
      )
      .run(holder, client, kind, Math.ceil(change), now, Math.ceil(change));
    this.#db
      .prepare('DELETE FROM limit_held WHERE holder = ? AND client = ? AND amount = 0')
      .run(holder, client);
  }

  #sides(clientId: string, limits: LedgerLimits): Side[] {
    const used = this.#db
      .prepare('SELECT * FROM limit_used')
      .all()
      .map((row) => usedRow.parse(row));
    const held = this.#db
      .prepare('SELECT * FROM limit_held')
      .all()
      .map((row) => heldRow.parse(row));
    const side = (scope: Side['scope'], bounds: ClientLimits, counts: (client: string) => boolean): Side => ({
      scope,
      limits: bounds,
      used: Object.fromEntries(
        limitKinds.map((kind) => [kind, used.filter((one) => one.kind === kind && counts(one.client))]),
      ),
      held: sums(held.filter(({ client }) => counts(client))),
    });
    return [
      side('client', limits.client, (client) => client === clientId),
      side('all', limits.all, () => true),
    ];
  }
}

function sums(rows: readonly { kind: LimitKind; amount: number }[]): Amounts {
  const amounts: Amounts = {};
  for (const { kind, amount } of rows) amounts[kind] = (amounts[kind] ?? 0) + amount;
  return amounts;
}
