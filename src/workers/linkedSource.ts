/** One store as the recall thread sees it: through a port to its worker, which may die and be replaced. */
import type { MessagePort } from 'node:worker_threads';
import { connectRpc, type Remote, type RpcClient } from '../base/rpc.ts';
import { errorCodec, storeUnavailable } from '../core/errors.ts';
import type { RecallNews, RecallRun, RecallSource } from '../core/session/recallSource.ts';

export class LinkedSource implements RecallSource {
  readonly #onNews: (news: RecallNews) => void;
  #client: RpcClient<RecallSource> | undefined;

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
  }

  async recallState(sessionId: string) {
    return this.#remote.recallState(sessionId);
  }

  async recallable() {
    return this.#remote.recallable();
  }

  async log(sessionId: string, options: { afterSeq: number; limit: number }) {
    return this.#remote.log(sessionId, options);
  }

  async recallRuns(sessionId: string, options: { fromSeq: number; limit: number }) {
    return this.#remote.recallRuns(sessionId, options);
  }

  async putRecallRun(sessionId: string, run: RecallRun & { bytes: Uint8Array }) {
    return this.#remote.putRecallRun(sessionId, run);
  }

  get #remote(): Remote<RecallSource> {
    if (!this.#client) throw storeUnavailable(new Error('The store is not linked.'));
    return this.#client.remote;
  }
}
