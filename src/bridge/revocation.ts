import type { Log } from '../core/ports.ts';
import { type Client, type ClientRegister, isActive } from '../core/register.ts';
import { Presence, revoked } from './presence.ts';

export interface Hold {
  /** Aborts when the client is revoked. */
  signal: AbortSignal;
  release(): void;
}

/**
 * Ends what revoked clients still have open. Any process may revoke, so the register is asked, twice a second,
 * and only while some client has something open.
 */
export class RevocationWatch {
  readonly #clients: ClientRegister;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #intervalMs: number;
  /** By client and token. */
  readonly #open = new Map<string, Set<Presence>>();
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

  /** Something of its own that lasts until the client is revoked. */
  hold(client: Client): Hold {
    const presence = new Presence();
    return { signal: presence.signal, release: this.watch(client, presence) };
  }

  /** Ends it when the client is revoked, until the returned function is called. */
  watch(client: Client, presence: Presence): () => void {
    const key = tokenOf(client);
    const held = this.#open.get(key) ?? new Set();
    this.#open.set(key, held.add(presence));
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
    for (const presence of this.#open.get(key) ?? []) presence.end(revoked);
  }

  async #look(): Promise<void> {
    // Not stopped with each request that ends: a busy client would start the clock thousands of times a second.
    if (this.#open.size === 0) return this.#rest();
    try {
      const clients = await this.#clients.list();
      const valid = new Set(clients.filter((one) => isActive(one, this.#now())).map(tokenOf));
      for (const key of this.#open.keys()) {
        if (!valid.has(key)) this.#end(key);
      }
    } catch (error) {
      this.#log.error('Whether clients of the bridge were revoked could not be read.', error);
    }
  }
}

/** One token of a client: what it opened with an earlier one ends when that is replaced. */
const tokenOf = ({ id, rotatedAt = 0 }: Client): string => `${id} ${rotatedAt}`;
