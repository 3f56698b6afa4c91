/** What a turn has appended to the log and spent so far. */
import type { Usage } from '../protocol/content.ts';
import type { Entry, EntryDraft, UserEntry } from '../protocol/entries.ts';
import type { ContextReport } from '../protocol/report.ts';
import type { BuiltContext } from './context/contextRequest.ts';
import { addUsage, costOf } from './providers/prices.ts';
import type { Price } from './providers/provider.ts';
import type { SessionStore } from './session/store.ts';

export class TurnProgress {
  readonly #store: SessionStore;
  readonly #user: UserEntry;
  /** Of the model that answers now. */
  price: Price | undefined;
  readonly #entries: Entry[] = [];
  #usage: Usage | undefined;
  #costUsd: number | undefined = 0;
  /** What the turn's first request had. */
  context: BuiltContext | undefined;
  /** Of the last request that was sent. */
  report: ContextReport | undefined;
  /** Of the same request; undefined until it is over, and when it did not say. */
  requestUsage: Usage | undefined;
  /** Its answer was kept from an earlier one. */
  cached = false;

  constructor(store: SessionStore, user: UserEntry, price: Price | undefined) {
    this.#store = store;
    this.#user = user;
    this.price = price;
  }

  /** Entries of the turn after its input, oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get last(): Entry {
    return this.#entries.at(-1) ?? this.#user;
  }

  /** Of all requests that ended; undefined when none was told. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  get costUsd(): number | undefined {
    return this.#usage && this.#costUsd;
  }

  /** Appends after the turn's last entry, whatever others append to the session meanwhile. Throws `lease_lost`, `store_*`. */
  async append(draft: EntryDraft): Promise<Entry> {
    const [entry] = await this.#store.appendInTurn(this.#user.turnId, [{ ...draft, parentId: this.last.id }]);
    if (!entry) throw new TypeError('The store appended nothing and did not say why.');
    this.#entries.push(entry);
    return entry;
  }

  /** Another request is sent. */
  send(report: ContextReport): void {
    this.report = report;
    this.requestUsage = undefined;
  }

  /** Counts a request that is over. The price of a long prompt goes by the request, so that costs are summed here. */
  spend(usage: Usage | undefined): void {
    this.requestUsage = usage;
    if (!usage) return;
    this.#usage = this.#usage ? addUsage(this.#usage, usage) : usage;
    const cost = costOf(usage, this.price);
    this.#costUsd = cost === undefined || this.#costUsd === undefined ? undefined : this.#costUsd + cost;
  }

  /** With what a request under way has used by now. */
  with(usage: Usage): Usage {
    return this.#usage ? addUsage(this.#usage, usage) : usage;
  }
}
