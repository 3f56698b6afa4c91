import type { Log } from '../core/ports.ts';
import type { ClientRegister } from '../core/register.ts';

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
  readonly #open = new Map<string, Set<AbortController>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clients: ClientRegister, log: Log, intervalMs = 400) {
    this.#clients = clients;
    this.#log = log;
    this.#intervalMs = intervalMs;
  }

  hold(clientId: string): Hold {
    const abort = new AbortController();
    const held = this.#open.get(clientId) ?? new Set();
    this.#open.set(clientId, held.add(abort));
    this.#timer ??= setInterval(() => void this.#look(), this.#intervalMs).unref();
    return {
      signal: abort.signal,
      release: () => {
        held.delete(abort);
        if (held.size === 0 && this.#open.get(clientId) === held) this.#open.delete(clientId);
        if (this.#open.size === 0) this.dispose();
      },
    };
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    try {
      const clients = await this.#clients.list();
      const valid = new Set(clients.filter((one) => one.revokedAt === undefined).map((one) => one.id));
      for (const [clientId, held] of this.#open) {
        if (!valid.has(clientId)) for (const abort of held) abort.abort();
      }
    } catch (error) {
      this.#log.error('Whether clients of the bridge were revoked could not be read.', error);
    }
  }
}
