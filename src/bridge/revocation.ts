import type { Log } from '../core/ports.ts';
import type { ClientRegister } from '../core/register.ts';
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
  readonly #intervalMs: number;
  readonly #open = new Map<string, Set<Presence>>();
  readonly #subscription: { dispose(): void };
  #timer: NodeJS.Timeout | undefined;

  constructor(clients: ClientRegister, log: Log, intervalMs = 400) {
    this.#clients = clients;
    this.#log = log;
    this.#intervalMs = intervalMs;
    this.#subscription = clients.onDidRevoke((clientId) => this.#end(clientId));
  }

  /** Something of its own that lasts until the client is revoked. */
  hold(clientId: string): Hold {
    const presence = new Presence();
    return { signal: presence.signal, release: this.watch(clientId, presence) };
  }

  /** Ends it when the client is revoked, until the returned function is called. */
  watch(clientId: string, presence: Presence): () => void {
    const held = this.#open.get(clientId) ?? new Set();
    this.#open.set(clientId, held.add(presence));
    this.#timer ??= setInterval(() => void this.#look(), this.#intervalMs).unref();
    return () => {
      held.delete(presence);
      if (held.size === 0 && this.#open.get(clientId) === held) this.#open.delete(clientId);
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

  #end(clientId: string): void {
    for (const presence of this.#open.get(clientId) ?? []) presence.end(revoked);
  }

  async #look(): Promise<void> {
    // Not stopped with each request that ends: a busy client would start the clock thousands of times a second.
    if (this.#open.size === 0) return this.#rest();
    try {
      const clients = await this.#clients.list();
      const valid = new Set(clients.filter((one) => one.revokedAt === undefined).map((one) => one.id));
      for (const clientId of this.#open.keys()) {
        if (!valid.has(clientId)) this.#end(clientId);
      }
    } catch (error) {
      this.#log.error('Whether clients of the bridge were revoked could not be read.', error);
    }
  }
}
