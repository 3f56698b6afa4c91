/** One store as the recall thread sees it: through a port to its worker, which may die and be replaced. */
import type { MessagePort } from 'node:worker_threads';
import { connectRpc, type Remote, type RpcClient } from '../base/rpc.ts';
import { errorCodec, storeUnavailable } from '../core/errors.ts';
import type { RecallNews, RecallSource } from '../core/session/recallSource.ts';

export class LinkedSource implements RecallSource {
  readonly #onNews: (news: RecallNews) => void;
  #client: RpcClient<RecallSource> | undefined;
  #opening: number | undefined;

  constructor(onNews: (news: RecallNews) => void) {
    this.#onNews = onNews;
  }

  link(port: MessagePort): void {
    const client = connectRpc<RecallSource, ReturnType<typeof errorCodec.encode>>(port, errorCodec, (event) =>
      // The far end is a worker of our own, so what it sends is not parsed again.
      this.#onNews(event as RecallNews),
    );
    port.on('close', () => client.fail(storeUnavailable(new Error('The worker of the store ended.'))));
    this.#client = client;
    this.#opening = undefined;
  }

  async recallState(sessionId: string) {
    const state = await this.#remote.recallState(sessionId);
    if (state) this.#compare(state.opening);
    return state;
  }

  async recallable() {
    const recallable = await this.#remote.recallable();
    this.#compare(recallable.opening);
    return recallable;
  }

  async log(sessionId: string, options: { afterSeq: number; limit: number }) {
    return this.#remote.log(sessionId, options);
  }

  async recallRuns(...[sessionId, options]: Parameters<RecallSource['recallRuns']>) {
    return this.#remote.recallRuns(sessionId, options);
  }

  async putRecallRun(...[sessionId, run]: Parameters<RecallSource['putRecallRun']>) {
    return this.#remote.putRecallRun(sessionId, run);
  }

  /** Another process that repairs the database tells nobody; it is noticed when the store opens what it left. */
  #compare(opening: number): void {
    if (this.#opening !== undefined && this.#opening !== opening) this.#onNews({ type: 'repaired' });
    this.#opening = opening;
  }

  get #remote(): Remote<RecallSource> {
    if (!this.#client) throw storeUnavailable(new Error('The store is not linked.'));
    return this.#client.remote;
  }
}
