import type { Left, Refusal } from './grant.ts';
import type { LedgerAnswer, LimitLedger } from './ledger.ts';
import { type Amounts, boundOf, type ClientLimits, type LimitKind, limitKinds } from './limits.ts';

/** What is held for one call. */
export interface Hold {
  /** Says what was used of it, once; the rest is free again. */
  settle(used: Amounts): void;
}

/**
 * How long an account that is not used keeps what it holds, places of parallel calls left aside, in ms. Another window may wait for it that long; a busy
 * one writes four times a second.
 */
const idleMs = 250;
/** A twentieth of a limit is asked for at once, so that a busy program costs one transaction for many calls. */
const slice = 1 / 20;
/** Calls whose reservations are asked for together, as far as they are no more than a quarter of the limit. */
const together = 8;
const mostTogether = 1 / 4;

/** What one program holds in this process: it hands out in memory what it has, and asks the ledger for more. */
export class Account {
  readonly #clientId: string;
  readonly #ledger: LimitLedger;
  readonly #onError: (error: unknown) => void;
  /** Granted and not handed out. */
  readonly #free = new Map<LimitKind, number>();
  /** Used and not yet written. */
  #used = new Map<LimitKind, number>();
  /** The part of it that nothing was held for: a call may take more than was thought. */
  #over = new Map<LimitKind, number>();
  #step: Promise<unknown> = Promise.resolve();
  /** Calls that wait for the ledger. */
  #waiting = 0;
  /** Something was handed out since the last look. */
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left: Left[] = [];
  #closed = false;

  constructor(clientId: string, ledger: LimitLedger, onError: (error: unknown) => void) {
    this.#clientId = clientId;
    this.#ledger = ledger;
    this.#onError = onError;
  }

  /** What is left, as far as is known here; this process's own share counts as left. */
  get left(): Left[] {
    return this.#left.map((one) => ({
      ...one,
      left: Math.max(0, Math.min(one.bound, one.left + (this.#free.get(one.kind) ?? 0))),
    }));
  }

  /** Throws what `refuse` makes of the answer of a limit that says no. */
  take(
    need: Amounts,
    limits: readonly ClientLimits[],
    refuse: (refusal: Refusal) => Error,
  ): Hold | Promise<Hold> {
    // Those that wait come first.
    if (this.#waiting === 0 && this.#covers(need)) return this.#hold(need);
    this.#waiting++;
    return this.#next(async () => {
      if (!this.#covers(need)) await this.#ask(need, limits, refuse);
      return this.#hold(need);
    }).finally(() => {
      this.#waiting--;
    });
  }

  /** Writes what was used, gives back the rest, and hands out nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#next(() => this.#giveBack());
  }

  #covers(need: Amounts): boolean {
    return limitKinds.every((kind) => (this.#free.get(kind) ?? 0) >= (need[kind] ?? 0));
  }

  #hold(need: Amounts): Hold {
    this.#busy = true;
    for (const kind of limitKinds) add(this.#free, kind, -(need[kind] ?? 0));
    return new AccountHold((used) => this.#settle(need, used));
  }

  #settle(need: Amounts, used: Amounts): void {
    for (const kind of limitKinds) {
      // Of what was not held nothing is counted: there is no limit on it.
      const held = need[kind];
      if (held === undefined) continue;
      const spent = kind === 'parallel' ? 0 : (used[kind] ?? 0);
      add(this.#used, kind, spent);
      // What nothing was held for is first taken of what no call has yet.
      const over = Math.max(0, spent - held - (this.#free.get(kind) ?? 0));
      add(this.#free, kind, held - spent + over);
      add(this.#over, kind, over);
    }
    // A place is all there may be of its kind: another program is not to be refused it while nobody uses it.
    if (need.parallel !== undefined) this.#report(this.#next(() => this.#giveBack(['parallel'])));
    this.#rest();
  }

  /** What was used is written soon; soon after the last use, what is not used is another window's. */
  #rest(): void {
    if (this.#closed) {
      this.#report(this.#next(() => this.#giveBack()));
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const busy = this.#busy;
      this.#busy = false;
      this.#report(this.#next(() => (busy ? this.#write() : this.#giveBack())));
      if (busy) this.#rest();
    }, idleMs);
  }

  async #ask(
    need: Amounts,
    limits: readonly ClientLimits[],
    refuse: (refusal: Refusal) => Error,
  ): Promise<void> {
    const missing: Amounts = {};
    const wish: Amounts = {};
    for (const kind of limitKinds) {
      const wanted = need[kind] ?? 0;
      const short = wanted - (this.#free.get(kind) ?? 0);
      if (wanted === 0 || short <= 0) continue;
      missing[kind] = short;
      wish[kind] = Math.max(short, wishOf(kind, wanted, limits));
    }
    const answer = await this.#exchange({ need: missing, wish, returned: {} });
    if (answer.refused) throw refuse(wholeOf(answer.refused, need));
  }

  async #write(): Promise<void> {
    if (this.#used.size > 0) await this.#exchange({ need: {}, wish: {}, returned: {} });
  }

  /** What of these kinds nobody uses when it is this step's turn; with all of them, what was used is written too. */
  async #giveBack(kinds: readonly LimitKind[] = limitKinds): Promise<void> {
    const returned: Amounts = {};
    for (const kind of kinds) {
      const amount = this.#free.get(kind) ?? 0;
      if (amount > 0) returned[kind] = amount;
    }
    if (kinds !== limitKinds && Object.keys(returned).length === 0) return;
    if (Object.keys(returned).length === 0 && this.#used.size === 0) return;
    for (const kind of limitKinds) add(this.#free, kind, -(returned[kind] ?? 0));
    await this.#exchange({ need: {}, wish: {}, returned });
  }

  async #exchange(asked: { need: Amounts; wish: Amounts; returned: Amounts }): Promise<LedgerAnswer> {
    const [written, over] = [this.#used, this.#over];
    this.#used = new Map();
    this.#over = new Map();
    const used = Object.fromEntries(written);
    // What is over the held counts as used and takes nothing away from what other calls hold.
    const returned = { ...asked.returned };
    for (const [kind, amount] of over) returned[kind] = (returned[kind] ?? 0) - amount;
    let answer: LedgerAnswer;
    try {
      answer = await this.#ledger.exchange({ clientId: this.#clientId, used, ...asked, returned });
    } catch (error) {
      for (const [kind, amount] of written) add(this.#used, kind, amount);
      for (const [kind, amount] of over) add(this.#over, kind, amount);
      for (const kind of limitKinds) add(this.#free, kind, asked.returned[kind] ?? 0);
      throw error;
    }
    if (answer.unsettled) throw answer.unsettled;
    for (const kind of limitKinds) add(this.#free, kind, answer.granted[kind] ?? 0);
    this.#left = answer.left;
    return answer;
  }

  /** One step after the other, so that what one was granted is there for the next. */
  #next<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#step.then(step);
    // A step that failed was told to whoever asked for it.
    this.#step = done.catch(() => undefined);
    return done;
  }

  #report(done: Promise<void>): void {
    done.catch(this.#onError);
  }
}

/** Says it once. */
class AccountHold implements Hold {
  #settle: ((used: Amounts) => void) | undefined;

  constructor(settle: (used: Amounts) => void) {
    this.#settle = settle;
  }

  settle(used: Amounts): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(used);
  }
}

/** The ledger was asked only for what was missing here. */
function wholeOf({ endsInMs, ...refused }: Refusal, asked: Amounts): Refusal {
  const need = asked[refused.kind] ?? refused.need;
  return { ...refused, need, ...(endsInMs === undefined || need > refused.bound ? {} : { endsInMs }) };
}

function wishOf(kind: LimitKind, need: number, limits: readonly ClientLimits[]): number {
  // Another window's call is not to wait for one that might come.
  if (kind === 'parallel') return need;
  const bounds = limits.flatMap((one) => boundOf(one, kind) ?? []);
  const least = Math.min(...bounds);
  if (!Number.isFinite(least)) return need;
  return Math.floor(Math.min(Math.max(need * together, least * slice), least * mostTogether));
}

function add(amounts: Map<LimitKind, number>, kind: LimitKind, amount: number): void {
  const sum = (amounts.get(kind) ?? 0) + amount;
  if (sum === 0) amounts.delete(kind);
  else amounts.set(kind, sum);
}
