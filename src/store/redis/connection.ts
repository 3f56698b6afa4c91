/**
 * A connection to Redis on which nothing waits for ever. Commands are sent again over a new connection when theirs is
 * cut or silent, until their time is up; so whoever sends one must be content with its being run twice (see `script.ts`).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, ErrorReply, type RedisClientType } from '@redis/client';
import { CausewayError, redisFull, redisRefused, redisUnavailable } from '../../core/errors.ts';
import type { RedisAddress } from './address.ts';
import type { RedisScript } from './script.ts';

/** Within this many ms a command has its reply or its error: nobody watches an input for longer without doubting it. */
const callLimitMs = 5_000;
/** A connection that gives no reply for so long, in ms, is replaced; half of the above, so that there is a second one. */
const replyLimitMs = 2_500;
/** Connecting and entering, in ms; Redis does both in a few, and a stopped one accepts connections all the same. */
const connectLimitMs = 1_500;
/** Longer than others a large reply may take, in ms: 32 MB come over a line of 50 Mbit/s in what it has then. */
const largeMs = 5_000;
/** Between two attempts, in ms, drawn anew each time so that many instances do not come all at once. */
const pauseMs = { least: 50, most: 200 };

/** What Redis says while it starts, changes its master or runs something long: the same command will do a bit later. */
const passing = /^(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY)\b/;
/** It cannot keep anything now, and says so before it runs the command. */
const full = /^(OOM|MISCONF|NOREPLICAS)\b/;
/** The address is right and the door is shut; trying again would not open it. */
const shut = /^(NOAUTH|WRONGPASS|NOPERM|DENIED)\b/;

type Client = RedisClientType<Record<string, never>, Record<string, never>, Record<string, never>, 2>;
type Argument = string | Buffer;

/** Thrown within this file alone: the command had no reply, and may have been run. */
class NoReply extends Error {}

export class RedisConnection {
  readonly #address: RedisAddress;
  readonly #blocksForMs: number;
  readonly #ended = new AbortController();
  #client: Promise<Client> | undefined;
  #losses = 0;

  /**
   * Connects with the first command. `blocksForMs` is how long a command may be kept waiting by Redis itself; such
   * commands need a connection of their own.
   */
  constructor(address: RedisAddress, blocksForMs = 0) {
    this.#address = address;
    this.#blocksForMs = blocksForMs;
  }

  /** Host, port and database, which may be shown. */
  get shown(): string {
    return this.#address.shown;
  }

  /** Counts connections that were lost; who watches others can tell from it that he has not watched all the time. */
  get losses(): number {
    return this.#losses;
  }

  /** Another connection to the same Redis, for commands that wait. */
  forBlocking(blocksForMs: number): RedisConnection {
    return new RedisConnection(this.#address, blocksForMs);
  }

  /** Another connection to the same Redis, for large replies: one that is late must not cut the commands of others. */
  forLarge(): RedisConnection {
    return new RedisConnection(this.#address, largeMs);
  }

  /**
   * Sends a command and resolves with its reply as RESP 2 has it. Rejects with `store_unavailable` when there is none in
   * time, with `store_refused` where Redis lets nobody in, and with an `ErrorReply` for what it does not understand.
   */
  command(...args: readonly Argument[]): Promise<unknown> {
    return this.#command(args);
  }

  async #command(args: readonly Argument[]): Promise<unknown> {
    const endsAt = performance.now() + callLimitMs + this.#blocksForMs;
    for (;;) {
      const leftMs = endsAt - performance.now();
      try {
        return await this.#sent(args, Math.min(leftMs, replyLimitMs + this.#blocksForMs));
      } catch (error) {
        if (error instanceof CausewayError) throw error;
        if (error instanceof ErrorReply && shut.test(error.message))
          throw redisRefused(this.#address.shown, error);
        if (error instanceof ErrorReply && full.test(error.message))
          throw redisFull(this.#address.shown, error);
        if (error instanceof ErrorReply && !passing.test(error.message)) throw error;
        const waitMs = pauseMs.least + Math.random() * (pauseMs.most - pauseMs.least);
        if (this.#ended.signal.aborted || performance.now() + waitMs >= endsAt)
          throw redisUnavailable(this.#address.shown, error);
        await pause(waitMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      }
    }
  }

  /** Runs a script, which Redis is told once and then knows by its digest. Rejects as `command` does. */
  async run(script: RedisScript, keys: readonly string[], args: readonly Argument[] = []): Promise<unknown> {
    // Not as parameters: an import has hundreds of thousands.
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await this.#command(['EVALSHA', script.sha, ...rest]);
    } catch (error) {
      // A Redis that was started again has forgotten it.
      if (!(error instanceof ErrorReply) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await this.#command(['EVAL', script.source, ...rest]);
    }
  }

  /** Cuts the connection; commands under way reject with `store_unavailable`. */
  async close(): Promise<void> {
    this.#ended.abort();
    const client = await this.#client?.catch(() => undefined);
    client?.destroy();
  }

  async #sent(args: readonly Argument[], limitMs: number): Promise<unknown> {
    const client = await this.#connected();
    try {
      return await within(limitMs, client.sendCommand([...args]));
    } catch (error) {
      if (!(error instanceof ErrorReply)) this.#lost(client);
      throw error;
    }
  }

  #connected(): Promise<Client> {
    if (this.#ended.signal.aborted)
      throw redisUnavailable(this.#address.shown, new Error('The connection was closed.'));
    if (this.#client) return this.#client;
    const connecting = this.#connect();
    this.#client = connecting;
    connecting.catch(() => {
      if (this.#client === connecting) this.#client = undefined;
    });
    return connecting;
  }

  async #connect(): Promise<Client> {
    const { host, port, tls, username, password, database } = this.#address;
    const common = { host, port, connectTimeout: connectLimitMs, reconnectStrategy: false as const };
    const client: Client = createClient({
      RESP: 2,
      // Connecting again is done here, so that the time of each command is kept.
      socket: tls ? { ...common, tls: true } : common,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      database,
      disableOfflineQueue: true,
      maintNotifications: 'disabled',
      name: 'causeway',
    });
    // What goes wrong is told by the commands that it happens to.
    client.on('error', () => this.#lost(client));
    try {
      await within(connectLimitMs, client.connect());
      return client;
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  #lost(client: Client): void {
    const current = this.#client;
    void current?.then(
      (connected) => {
        if (connected !== client || this.#client !== current) return;
        this.#client = undefined;
        this.#losses += 1;
        client.destroy();
      },
      () => undefined,
    );
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoReply('No reply in time.')), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Should the race be over, nobody is left to hear of it.
    work.catch(() => undefined);
  }
}
