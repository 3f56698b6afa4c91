import type { Log } from '../core/ports.ts';
import { type Client, type ClientRegister, isActive } from '../core/register.ts';
import { hasScope, type NeededScope } from './exchange.ts';
import { narrowed, Presence, revoked } from './presence.ts';

export interface Hold {
  /** Aborts when the client is revoked, or may not do this any more. */
  signal: AbortSignal;
  release(): void;
}

/**
 * Ends what revoked clients still have open, and what a client has open by a scope that was taken from it. Any process
 * may do that, so the register is asked, twice a second, and only while some client has something open.
 */
export class RevocationWatch {
  readonly #clients: ClientRegister;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #intervalMs: number;
  /** By client and token, with the scope that each needs. */
  readonly #open = new Map<string, Map<Presence, NeededScope>>();
  readonly #subscription: { dispose(): void };
  #timer: NodeJS.Timeout | undefined;

  /** `now` is ms since the epoch. */
  constructor(clients: ClientRegister, log: Log, now: () => number, intervalMs = 400) {
    this.#clients = clients;
    this.#log = log;
    this.#now = now;
    this.#intervalMs = intervalMs;
    this.#subscription = clients.onDidRevoke((clientId) => {
      for (const key of this.#open.keys()) if (key.startsWith(clientId)) this.#end(key);
    });
  }

  /** Something of its own that lasts until the client is revoked or loses the scope. */
  hold(client: Client, needed: NeededScope): Hold {
    const presence = new Presence();
    return { signal: presence.signal, release: this.watch(client, presence, needed) };
  }

  /** Ends it when the client is revoked or loses the scope, until the returned function is called. */
  watch(client: Client, presence: Presence, needed: NeededScope): () => void {
    const key = tokenOf(client);
    const held = this.#open.get(key) ?? new Map<Presence, NeededScope>();
    this.#open.set(key, held.set(presence, needed));
    this.#timer ??= setInterval(() => void this.#look(), this.#intervalMs).unref();
    return () => {
      held.delete(presence);
      if (held.size === 0 && this.#open.get(key) === held) this.#open.delete(key);
    };
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #end(key: string): void {
    for (const presence of this.#open.get(key)?.keys() ?? []) presence.end(revoked);
  }

  async #look(): Promise<void> {
    // Not stopped with each request that ends: a busy client would start the clock thousands of times a second.
    if (this.#open.size === 0) return this.#rest();
    try {
      const clients = await this.#clients.list();
      const active = clients.filter((one) => isActive(one, this.#now()));
      const valid = new Map(active.map((one) => [tokenOf(one), one]));
      for (const [key, held] of this.#open) {
        const client = valid.get(key);
        if (!client) this.#end(key);
        else for (const [presence, needed] of held) if (!hasScope(client, needed)) presence.end(narrowed);
      }
    } catch (error) {
      this.#log.error('Whether clients of the bridge were revoked could not be read.', error);
    }
  }
}

/** One token of a client: what it opened with an earlier one ends when that is replaced. */
const tokenOf = ({ id, rotatedAt = 0 }: Client): string => `${id} ${rotatedAt}`;
