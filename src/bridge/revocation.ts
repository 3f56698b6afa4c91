import type { Log } from '../core/ports.ts';
import type { ClientRegister } from '../core/register.ts';

/** Why a signal aborts. One object each, since an error of its own for every request would cost its stack. */
export const revoked = new Error('The client was revoked.');
export const gone = new Error('The client went away.');

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
  readonly #subscription: { dispose(): void };
  #timer: NodeJS.Timeout | undefined;

  constructor(clients: ClientRegister, log: Log, intervalMs = 400) {
    this.#clients = clients;
    this.#log = log;
    this.#intervalMs = intervalMs;
    this.#subscription = clients.onDidRevoke((clientId) => this.#end(clientId));
  }

  /** `abort` is aborted when the client is revoked; one of its own when none is given. */
  hold(clientId: string, abort = new AbortController()): Hold {
    const held = this.#open.get(clientId) ?? new Set();
    this.#open.set(clientId, held.add(abort));
    this.#timer ??= setInterval(() => void this.#look(), this.#intervalMs).unref();
    return {
      signal: abort.signal,
      release: () => {
        held.delete(abort);
        if (held.size === 0 && this.#open.get(clientId) === held) this.#open.delete(clientId);
        if (this.#open.size === 0) this.#rest();
      },
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
    for (const abort of this.#open.get(clientId) ?? []) abort.abort(revoked);
  }

  async #look(): Promise<void> {
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
