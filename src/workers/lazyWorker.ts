/** A worker thread that starts with the first call and never keeps the process alive for its own sake. */
import { Worker } from 'node:worker_threads';
import { connectRpc, type Remote, type RpcClient } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';

export class LazyWorker<T extends object> {
  readonly #url: URL;
  readonly #onDeath: (error: Error) => void;
  #worker: Worker | undefined;
  #client: RpcClient<T> | undefined;
  #death: Error | undefined;
  #closed = false;
  #pending = 0;

  /** `onDeath` is told once, when the thread ends without having been closed. */
  constructor(url: URL, onDeath: (error: Error) => void) {
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
      if (--this.#pending === 0) this.#worker?.unref();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#client?.fail(new Error('The worker was closed.'));
    await this.#worker?.terminate();
  }

  #start(): RpcClient<T> {
    if (this.#client) return this.#client;
    const worker = new Worker(this.#url);
    worker.unref();
    const client = connectRpc<T, ReturnType<typeof errorCodec.encode>>(worker, errorCodec);
    worker.on('error', (error) => this.#died(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => this.#died(new Error(`The worker ended with code ${code}.`)));
    this.#worker = worker;
    this.#client = client;
    return client;
  }

  #died(error: Error): void {
    if (this.#closed || this.#death) return;
    this.#death = error;
    this.#client?.fail(error);
    this.#onDeath(error);
  }
}
