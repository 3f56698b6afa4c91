/** Threads that ask a store past whoever has opened it, so that a whole log of SQLite never crosses the host's thread. */
import { MessagePort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec, storeSalvaged } from '../core/errors.ts';
import type { RecallNews } from '../core/session/recallSource.ts';
import type { StoreChange } from '../core/session/store.ts';

export class StoreLinks {
  readonly #target: object;
  readonly #links = new Map<MessagePort, (news: RecallNews) => void>();
  /** Sessions that have grown and of which it is not told yet: an import appends thousands of entries in a row. */
  readonly #grown = new Set<string>();

  /** `target` answers the calls. */
  constructor(target: object) {
    this.#target = target;
  }

  /** Serves the port that a message of the main thread carries; other messages are not for here. */
  take(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('port' in message)) return;
    const { port } = message;
    if (port instanceof MessagePort) this.serve(port);
  }

  serve(port: MessagePort): void {
    this.#links.set(port, serveRpc(port, this.#target, errorCodec));
    port.on('close', () => this.#links.delete(port));
  }

  tell(change: StoreChange): void {
    if (this.#links.size === 0) return;
    if (change.type === 'appended' || change.type === 'imported') this.#tellGrown(change.sessionId);
    else if (change.type === 'purged') this.#send({ type: 'purged', sessionId: change.sessionId });
    else if (change.type === 'notice' && change.notice.code === salvaged) this.#send({ type: 'repaired' });
  }

  #tellGrown(sessionId: string): void {
    if (this.#grown.size === 0) {
      setImmediate(() => {
        for (const grown of this.#grown) this.#send({ type: 'appended', sessionId: grown });
        this.#grown.clear();
      });
    }
    this.#grown.add(sessionId);
  }

  #send(news: RecallNews): void {
    for (const send of this.#links.values()) send(news);
  }
}

const salvaged = storeSalvaged(0, '').code;
