/** Connections to the APIs that the settings name. */
import { type Dispatcher, Pool } from 'undici';

/** As many as the bridge itself takes from clients, so that no request waits behind another for a connection. */
const mostConnections = 512;
/** Addresses whose connections are kept: Claude's, those of the ten models a route may have, and some from before. */
const mostAddresses = 16;
/** Time to connect, in ms; whoever takes longer is not there. */
const connectMs = 10_000;

export interface Upstream {
  /** As people see it. */
  host: string;
  dispatcher: Dispatcher;
  /** Path of the base URL, without a slash at its end. */
  prefix: string;
}

export class Upstreams {
  readonly #known = new Map<string, Upstream>();

  /** The URL was checked by whoever granted it. */
  of(baseUrl: string): Upstream {
    const known = this.#known.get(baseUrl);
    if (known) return known;
    const { origin, host, pathname } = new URL(baseUrl);
    const made: Upstream = {
      host,
      prefix: pathname.replace(/\/+$/, ''),
      dispatcher: new Pool(origin, {
        connections: mostConnections,
        connect: { timeout: connectMs },
        // The version that is fast for small requests, and whose errors are known.
        allowH2: false,
      }),
    };
    this.#known.set(baseUrl, made);
    for (const [address, { dispatcher }] of this.#known) {
      if (this.#known.size <= mostAddresses) break;
      this.#known.delete(address);
      // Answers that run are finished first.
      void dispatcher.close();
    }
    return made;
  }

  /** Ends all connections at once. */
  async destroy(): Promise<void> {
    const all = [...this.#known.values()];
    this.#known.clear();
    await Promise.all(all.map(({ dispatcher }) => dispatcher.destroy()));
  }
}
