import type { Client, ClientRegister } from '../core/register.ts';

/**
 * How long an answer of the register is taken for true, in ms. A client that another process revokes is refused before
 * that process has ended, and a busy client costs twenty questions a second instead of thousands.
 */
const validMs = 50;
/** More programs than a user lets in; a bound, so that nothing grows for ever. */
const mostKept = 1000;

interface Known {
  client: Client;
  until: number;
}

/** Who the bearers of tokens are, without asking the register's thread for each request. Tokens are kept as digests. */
export class KnownClients {
  readonly #clients: ClientRegister;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  /** Questions that wait for the register: requests that come meanwhile wait with the first one. */
  readonly #asked = new Map<string, Promise<Client | undefined>>();
  readonly #subscriptions: readonly { dispose(): void }[];
  /** Of tokens that ended and limits that changed. */
  #changes = 0;

  /** `now` is monotonic, in ms. */
  constructor(clients: ClientRegister, now: () => number) {
    this.#clients = clients;
    this.#now = now;
    const forget = () => {
      this.#changes++;
      this.#known.clear();
      this.#asked.clear();
    };
    this.#subscriptions = [clients.onDidRevoke(forget), clients.onDidLimit(forget)];
  }

  /** The client of a token that is not revoked; `digest` is the token's SHA-256. */
  find(token: string, digest: string): Client | undefined | Promise<Client | undefined> {
    const known = this.#known.get(digest);
    if (known && known.until > this.#now()) return known.client;
    return this.#asked.get(digest) ?? this.#ask(token, digest);
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
    this.#known.clear();
  }

  #ask(token: string, digest: string): Promise<Client | undefined> {
    const asked = this.#find(token, digest).finally(() => {
      if (this.#asked.get(digest) === asked) this.#asked.delete(digest);
    });
    this.#asked.set(digest, asked);
    return asked;
  }

  async #find(token: string, digest: string): Promise<Client | undefined> {
    const before = this.#changes;
    const client = await this.#clients.find(token);
    this.#known.delete(digest);
    // What was read before such a change is not to outlive it.
    if (client && before === this.#changes) {
      if (this.#known.size >= mostKept) this.#known.clear();
      this.#known.set(digest, { client, until: this.#now() + validMs });
    }
    return client;
  }
}
