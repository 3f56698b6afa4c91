/** What one page of the dashboard is told: a range at first, then each new call, whichever window it was made in. */
import { DisposableStore } from '../../base/disposable.ts';
import { toErrorInfo } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { CallSource } from '../../core/relay.ts';
import type { HostToUsage, UsageCall, UsageRange } from '../../protocol/usage.ts';
import { lineOf, readOverview } from './overview.ts';

export interface UsageFeedParts {
  /** The log as it is now; another one may be behind it after a while. */
  calls(): Promise<Pick<CallSource, 'read'>>;
  /** Names of clients and sessions by their ids, as far as they are known here. */
  names(ids: {
    clients: ReadonlySet<string>;
    sessions: ReadonlySet<string>;
  }): Promise<Record<string, string>>;
  tell(message: HostToUsage): void;
  now(): number;
  log: Log;
}

/** Between two looks, in ms: calls of other windows are seen that late, and those of this one together. */
const lookMs = 1000;
/** Calls told at once; where more have come, the whole is read anew. */
const mostTold = 1000;

export class UsageFeed {
  readonly #parts: UsageFeedParts;
  #lifetime = new DisposableStore();
  #range: UsageRange = 'day';
  #lastId = 0;
  #looking: Promise<void> | undefined;

  constructor(parts: UsageFeedParts) {
    this.#parts = parts;
  }

  /** Tells a range, and from then on what is new. Never rejects. */
  async open(range: UsageRange): Promise<void> {
    this.close();
    const lifetime = this.#lifetime;
    this.#range = range;
    await this.#looking;
    try {
      await this.#tellAll();
    } catch (error) {
      this.#parts.log.error('The log of calls could not be read for the dashboard.', error);
      this.#parts.tell({ type: 'problem', problem: toErrorInfo(error) });
      return;
    }
    if (lifetime.isDisposed) return;
    const timer = setInterval(() => void this.look(), lookMs);
    lifetime.add({ dispose: () => clearInterval(timer) });
  }

  /** Tells no more until it is opened again. */
  close(): void {
    this.#lifetime.dispose();
    this.#lifetime = new DisposableStore();
  }

  /** Tells what is new now. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#tellNew()
      .catch((error: unknown) => this.#parts.log.error('New calls were not shown in the dashboard.', error))
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #tellAll(): Promise<void> {
    const { calls, now, tell } = this.#parts;
    const source = await calls();
    const overview = await source.read((log) => readOverview(log, this.#range, now()));
    this.#lastId = overview.calls.at(-1)?.id ?? 0;
    const { client, session } = overview.sums;
    const ids = {
      clients: new Set([...client.map(({ key }) => key), ...overview.calls.map((one) => one.client)]),
      sessions: new Set([...session.slice(0, 50).map(({ key }) => key), ...sessionsOf(overview.calls)]),
    };
    tell({ type: 'overview', overview: { ...overview, names: await this.#parts.names(ids) } });
  }

  async #tellNew(): Promise<void> {
    const { calls, tell, names } = this.#parts;
    const lifetime = this.#lifetime;
    const source = await calls();
    const kept = await source.read((log) => log.calls({ after: this.#lastId, limit: mostTold }));
    if (lifetime.isDisposed || kept.length === 0) return;
    if (kept.length === mostTold) {
      await this.#tellAll();
      return;
    }
    const lines = kept.map(lineOf);
    this.#lastId = kept.at(-1)?.id ?? this.#lastId;
    const ids = { clients: new Set(lines.map(({ client }) => client)), sessions: sessionsOf(lines) };
    tell({ type: 'calls', calls: lines, names: await names(ids) });
  }
}

const sessionsOf = (calls: readonly UsageCall[]): Set<string> =>
  new Set(calls.flatMap(({ session }) => (session === undefined ? [] : [session])));
