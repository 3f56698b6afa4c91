import type { Readable } from 'node:stream';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { retry } from './retry.ts';
import type { Entry, Storage } from './storage.ts';

export interface Mirror {
  url: string;
  token: string;
}

class MirrorRefused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`The mirror answered ${status}.`);
    this.status = status;
  }
}

/** A request the mirror did not like will not be liked better later; only 429 and 5xx are worth another attempt. */
const worthRetrying = (error: unknown) =>
  !(error instanceof MirrorRefused) || error.status === 429 || error.status >= 500;

const send = async (mirror: Mirror, entry: Entry, body: Readable) => {
  const response = await fetch(new URL(`/files/${encodeURIComponent(entry.name)}`, mirror.url), {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${mirror.token}`,
      digest: `sha-256=${Buffer.from(entry.sha256, 'hex').toString('base64')}`,
      'content-length': String(entry.size),
    },
    body: body as unknown as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  if (!response.ok) throw new MirrorRefused(response.status);
};

/**
 * Copies files to a second server, one after the other. The client who sent the file does not wait for this.
 * Gives up after about an hour; the counter `mirror_failures` then says that a file is missing over there.
 */
export class Replicator {
  #queue: Promise<void> = Promise.resolve();
  readonly #mirror: Mirror;
  readonly #storage: Storage;
  readonly #log: Logger;
  readonly #metrics: Metrics;

  constructor(mirror: Mirror, storage: Storage, log: Logger, metrics: Metrics) {
    this.#mirror = mirror;
    this.#storage = storage;
    this.#log = log;
    this.#metrics = metrics;
  }

  enqueue(entry: Entry): void {
    this.#queue = this.#queue.then(() => this.#copy(entry));
  }

  async #copy(entry: Entry): Promise<void> {
    try {
      await retry(() => send(this.#mirror, entry, this.#storage.read(entry.id)), {
        retries: 12,
        baseMs: 1000,
        maxMs: 10 * 60_000,
        worthRetrying,
      });
      this.#metrics.increment('mirrored');
    } catch (error) {
      this.#metrics.increment('mirror_failures');
      this.#log.error('A file was not mirrored', { id: entry.id, cause: String(error) });
    }
  }
}
