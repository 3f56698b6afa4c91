/** Programs that ask to be let in, as rows. Each method that writes runs inside a transaction of its caller. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import {
  type Asking,
  type AskingInit,
  type ClientInit,
  clientScopes,
  pendingPrefix,
} from '../../core/register.ts';
import { checkClientInit } from './clientInit.ts';
import { digestOf, sameDigest } from './tokens.ts';

/** A user reads a notification and chooses within minutes; who comes back later asks again. In ms. */
const lifeMs = 10 * 60_000;
/** More at a time than anyone sets up by hand; the rest are refused, so that nobody can bury one that is meant. */
const mostPending = 5;

const text = z.string();
const row = z.object({
  id: text,
  pending_hash: text,
  name: text,
  scopes: text.transform((json) => z.array(z.enum(clientScopes)).parse(JSON.parse(json))),
  program: text.nullable(),
  folder: text.nullable(),
  at: z.number(),
  tick: z.number(),
  state: z.enum(['pending', 'approved', 'refused']),
  granted: text.nullable(),
});
type Row = z.infer<typeof row>;

export class AskingTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** `tick` is of the shared clock. Undefined when too many ask already. */
  ask(init: AskingInit, at: number, tick: number): { asking: Asking; pending: string } | undefined {
    this.#db.prepare('DELETE FROM asking WHERE tick <= ?').run(tick - lifeMs);
    if (this.#rows(tick).filter(({ state }) => state === 'pending').length >= mostPending) return undefined;
    const pending = `${pendingPrefix}${randomBytes(32).toString('base64url')}`;
    const asking: Asking = { id: randomUUID(), at, ...init };
    this.#db
      .prepare('INSERT INTO asking VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)')
      .run(
        asking.id,
        digestOf(pending),
        asking.name,
        JSON.stringify(asking.scopes),
        asking.program ?? null,
        asking.folder ?? null,
        at,
        tick,
        'pending',
      );
    return { asking, pending };
  }

  /** Those that nobody has decided about, the first that asked first. */
  pending(tick: number): Asking[] {
    return this.#rows(tick)
      .filter(({ state }) => state === 'pending')
      .map(({ id, name, scopes, program, folder, at }) => ({
        id,
        name,
        scopes,
        at,
        ...(program === null ? {} : { program }),
        ...(folder === null ? {} : { folder }),
      }));
  }

  /** With what is granted, or refused without. False for one that is decided or gone. */
  decide(id: string, granted: ClientInit | undefined, tick: number): boolean {
    if (!this.pending(tick).some((one) => one.id === id)) return false;
    const state = granted === undefined ? 'refused' : 'approved';
    this.#db
      .prepare('UPDATE asking SET state = ?, granted = ? WHERE id = ?')
      .run(state, granted === undefined ? null : JSON.stringify(granted), id);
    return true;
  }

  /** Undefined for one that is not known. */
  state(pending: string, tick: number): Row['state'] | undefined {
    return this.#find(pending, tick)?.state;
  }

  /** What was granted, told once: then it is gone. */
  fetch(pending: string, tick: number): ClientInit | undefined {
    const found = this.#find(pending, tick);
    if (found?.state !== 'approved') return undefined;
    this.#db.prepare('DELETE FROM asking WHERE id = ?').run(found.id);
    return checkClientInit(JSON.parse(found.granted ?? '{}'));
  }

  #find(pending: string, tick: number): Row | undefined {
    const digest = digestOf(pending);
    return this.#rows(tick).find(({ pending_hash }) => sameDigest(digest, pending_hash));
  }

  #rows(tick: number): Row[] {
    return this.#db
      .prepare('SELECT * FROM asking WHERE tick > ? ORDER BY tick, id')
      .all(tick - lifeMs)
      .map((raw) => row.parse(raw));
  }
}
