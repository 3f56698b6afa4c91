/** A worker thread that starts with the first call and never keeps the process alive for its own sake. */
import { type Transferable, Worker } from 'node:worker_threads';
import { connectRpc, type Remote, type RpcClient } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';

interface Options {
  /** A dead thread is followed by another at the next call; else calls reject from then on. */
  restarts?: boolean;
  /** Megabytes for what was just made; less than usual keeps the thread small where it makes much and keeps little. */
  youngMegabytes?: number;
  /** Hears what the thread tells by itself. */
  onEvent?(event: unknown): void;
}

export class LazyWorker<T extends object> {
  readonly #url: URL;
  readonly #onDeath: (error: Error) => void;
  readonly #options: Options;
  #worker: Worker | undefined;
  #client: RpcClient<T> | undefined;
  #death: Error | undefined;
  #closed = false;
  #pending = 0;

  /** `onDeath` is told when the thread ends without having been closed. */
  constructor(url: URL, onDeath: (error: Error) => void, options: Options = {}) {
    this.#options = options;
    this.#url = url;
    this.#onDeath = onDeath;
  }

  /** Whether calls can still succeed. */
  get isAlive(): boolean {
    return this.#death === undefined && !this.#closed;
  }

  /** Rejects when the thread dies before it answers, died earlier, or was closed. */
  async call<R>(run: (remote: Remote<T>) => Promise<R>): Promise<R> {
    if (this.#closed) throw new Error('The worker was closed.');
    if (this.#death) throw this.#death;
    const { remote } = this.#start();
    // A call under way is a reason for the process to stay, an idle thread is not.
    if (this.#pending++ === 0) this.#worker?.ref();
    try {
      return await run(remote);
    } finally {
      // A thread that is being ended is waited for: the process would else be over before `close` is.
      if (--this.#pending === 0 && !this.#closed) this.#worker?.unref();
    }
  }

  /** Sends the thread what is no call, such as a port. Throws where `call` would reject. */
  send(message: unknown, transferred: readonly Transferable[]): void {
    if (this.#closed) throw new Error('The worker was closed.');
    if (this.#death) throw this.#death;
    this.#start();
    this.#worker?.postMessage(message, transferred);
  }

  /** Ends a thread that does not answer, as if it had died of the error. */
  async end(error: Error): Promise<void> {
    const worker = this.#worker;
    if (!worker || !this.#client) return;
    this.#died(this.#client, error);
    await worker.terminate();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#client?.fail(new Error('The worker was closed.'));
    await this.#worker?.terminate();
  }

  #start(): RpcClient<T> {
    if (this.#client) return this.#client;
    const { youngMegabytes } = this.#options;
    const worker = new Worker(this.#url, {
      resourceLimits: youngMegabytes === undefined ? {} : { maxYoungGenerationSizeMb: youngMegabytes },
    });
    worker.unref();
    const client = connectRpc<T, ReturnType<typeof errorCodec.encode>>(
      worker,
      errorCodec,
      this.#options.onEvent,
    );
    const died = (error: Error) => this.#died(client, error);
    worker.on('error', (error) => died(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => died(new Error(`The worker ended with code ${code}.`)));
    this.#worker = worker;
    this.#client = client;
    return client;
  }

  #died(client: RpcClient<T>, error: Error): void {
    if (this.#closed || this.#death || this.#client !== client) return;
    if (this.#options.restarts) {
      this.#client = undefined;
      this.#worker = undefined;
    } else this.#death = error;
    client.fail(error);
    this.#onDeath(error);
  }
}
