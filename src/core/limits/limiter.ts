/** Holds programs to their limits, in whichever window they come. */
import { limitReached } from '../errors.ts';
import type { Log } from '../ports.ts';
import type { Client } from '../register.ts';
import { Account, type Hold } from './account.ts';
import type { Left } from './grant.ts';
import type { LimitLedger } from './ledger.ts';
import { type Amounts, boundOf, type ClientLimits, isLimited, type LimitKind, limitKinds } from './limits.ts';

/** A program, as far as its limits go. */
export type Limited = Pick<Client, 'id' | 'limits' | 'overall'>;

/** Programs that are remembered; more than a user lets in. */
const mostAccounts = 1000;

export class Limiter {
  readonly #ledger: LimitLedger;
  readonly #log: Log;
  readonly #accounts = new Map<string, Account>();

  constructor(ledger: LimitLedger, log: Log) {
    this.#ledger = ledger;
    this.#log = log;
  }

  /** Whether anything of this kind is bounded for the program: where not, nothing needs to be held or even counted. */
  bounds(client: Limited, kind: LimitKind): boolean {
    return sidesOf(client).some((limits) => boundOf(limits, kind) !== undefined);
  }

  /**
   * Holds so much of what is bounded. Undefined at once for a program without such a limit; throws, or rejects with,
   * `limit_requests`, `limit_tokens`, `limit_parallel`, `limit_money`, `register_*`.
   */
  take(client: Limited, need: Amounts): Hold | undefined | Promise<Hold> {
    const sides = sidesOf(client);
    if (sides.length === 0) return undefined;
    const bounded: Amounts = {};
    for (const kind of limitKinds) {
      const wanted = need[kind];
      if (wanted !== undefined && this.bounds(client, kind))
        bounded[kind] = withinTokens(kind, wanted, sides);
    }
    if (Object.keys(bounded).length === 0) return undefined;
    return this.#account(client.id).take(bounded, sides, limitReached);
  }

  /** What is left for a program; empty where it has no limits or has not used any yet. */
  left(client: Limited): Left[] {
    return sidesOf(client).length === 0 ? [] : (this.#accounts.get(client.id)?.left ?? []);
  }

  async close(): Promise<void> {
    const closing = [...this.#accounts.values()].map((account) => account.close());
    for (const done of await Promise.allSettled(closing))
      if (done.status === 'rejected') this.#tell(done.reason);
  }

  #account(clientId: string): Account {
    const known = this.#accounts.get(clientId);
    if (known) return known;
    const account = new Account(clientId, this.#ledger, (error) => this.#tell(error));
    if (this.#accounts.size >= mostAccounts) {
      const [[oldest, first] = []] = this.#accounts;
      if (oldest !== undefined) this.#accounts.delete(oldest);
      first?.close().catch((error: unknown) => this.#tell(error));
    }
    this.#accounts.set(clientId, account);
    return account;
  }

  #tell(error: unknown): void {
    this.#log.error('What a program used could not be written down.', error);
  }
}

const sidesOf = ({ limits, overall }: Limited): ClientLimits[] =>
  [limits, overall].filter((one) => one !== undefined && isLimited(one)).map((one) => one ?? {});

/**
 * How many tokens a call takes is a guess; one that is larger than the limit goes alone, when nothing else has been used.
 * Money is not guessed: a call that might cost more than there is does not go.
 */
function withinTokens(kind: LimitKind, wanted: number, sides: readonly ClientLimits[]): number {
  if (kind !== 'tokens') return wanted;
  return Math.min(wanted, ...sides.flatMap((limits) => limits.tokensPerMinute ?? []));
}
