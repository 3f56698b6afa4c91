import type { Log } from '../../src/core/ports.ts';
import type { SessionStore } from '../../src/core/session/store.ts';
import { redisAddress } from '../../src/store/redis/address.ts';
import { RedisConnection } from '../../src/store/redis/connection.ts';
import { RedisStore } from '../../src/store/redis/redisStore.ts';
import type { TestRedis } from '../support/redis.ts';
import type { Backend } from '../unit/store/contract/backend.ts';

/** Sessions in a Redis that is emptied for them. */
export class RedisBackend implements Backend {
  readonly #url: string;
  readonly #opened: SessionStore[] = [];
  /** What the stores wrote to their log. */
  readonly logged: string[] = [];

  private constructor(url: string) {
    this.#url = url;
  }

  /** `url` may enter it as another than who empties it. */
  static async on(redis: TestRedis, url = redis.url): Promise<RedisBackend> {
    const connection = new RedisConnection(redisAddress(redis.url));
    await connection.command('FLUSHALL');
    await connection.close();
    return new RedisBackend(url);
  }

  open(): Promise<RedisStore> {
    return this.#open(0);
  }

  openOther(): Promise<RedisStore> {
    return this.#open(1);
  }

  async #open(database: number): Promise<RedisStore> {
    const line = (message: string) => void this.logged.push(message);
    const log: Log = { info: line, warn: line, error: line };
    const store = await RedisStore.open(redisAddress(`${this.#url}/${database}`), 'w', log);
    this.#opened.push(store);
    return store;
  }

  async end(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((store) => store.close()));
  }
}
