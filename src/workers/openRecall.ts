/** Recall as the main thread sees it. */
import { DisposableStore } from '../base/disposable.ts';
import type { CausewayError } from '../core/errors.ts';
import type { Log, Recall, RecallQuestion } from '../core/ports.ts';
import type { Embedder } from '../core/providers/embedder.ts';
import type { LinkedSessionStore } from '../store/openSessionStore.ts';
import { EmbeddingFeed } from './embeddingFeed.ts';
import { LazyWorker } from './lazyWorker.ts';
import type { RecallSearch } from './recallSearch.ts';

export interface ClosableRecall extends Recall {
  close(): Promise<void>;
}

interface Options {
  workerUrl: URL;
  /** The window's own first; their logs go to the worker without coming by here. */
  stores: readonly LinkedSessionStore[];
  /** Whether what is appended is indexed before anybody asks for it; read anew for each append. */
  isWanted(): boolean;
  log: Log;
  /** Asks the user's embedding model; without it there is none. */
  embedder?: Pick<Embedder, 'model' | 'directions'>;
  /** Says to the user what he must know. */
  tell?(error: CausewayError): void;
}

/**
 * Starts its worker with the first question, or the first entry that is appended here. When the worker dies, the next
 * of them starts another. A question whose signal aborts finds nothing, at once.
 */
export function openRecall(options: Options): ClosableRecall {
  const { workerUrl, stores, isWanted, log, embedder } = options;
  const lifetime = new DisposableStore();
  /** Places of the stores that the worker of now has a living port to. */
  const linked = new Set<number>();
  const worker = new LazyWorker<RecallSearch>(
    workerUrl,
    (error) => {
      linked.clear();
      log.error('The recall worker ended; it is started again when it is needed.', error);
    },
    { restarts: true, onEvent: (line) => log.warn(String(line)) },
  );

  const link = (): void => {
    for (const [place, store] of stores.entries()) {
      if (linked.has(place)) continue;
      const port = store.link();
      worker.send({ place, port }, [port]);
      linked.add(place);
    }
  };

  const feed =
    embedder &&
    new EmbeddingFeed({
      embedder,
      next: (sessionId, model) => worker.call((remote) => remote.unembedded(sessionId, model)),
      take: (sessionId, model, batch, found) =>
        worker.call((remote) => remote.embedded(sessionId, model, batch, found)),
      tell: (error) => options.tell?.(error),
      log,
      monotonic: () => performance.now(),
    });

  const search = async ({ unsent, ...question }: RecallQuestion, signal: AbortSignal | undefined) => {
    try {
      link();
      const embedded = unsent ? undefined : await feed?.question(question.sessionId, question.text, signal);
      const found = await worker.call((remote) =>
        remote.search({ ...question, ...(embedded === undefined ? {} : { embedded }) }),
      );
      feed?.schedule(question.sessionId);
      return found;
    } catch (error) {
      if (!lifetime.isDisposed) log.error('Earlier turns could not be searched.', error);
      return [];
    }
  };

  const follow = async (sessionId: string): Promise<void> => {
    try {
      link();
      await worker.call((remote) => remote.follow(sessionId));
    } catch {
      // Indexed when it is asked for; a worker that died has been told of.
    }
  };

  for (const [place, store] of stores.entries()) {
    lifetime.add(store.onDidEnd(() => linked.delete(place)));
    lifetime.add(
      store.onDidChange((change) => {
        // A linked store tells the worker itself.
        const isNew = change.type === 'appended' || change.type === 'imported';
        if (!isNew || !change.own || !isWanted()) return;
        if (!linked.has(place)) void follow(change.sessionId);
        feed?.schedule(change.sessionId);
      }),
    );
  }

  return {
    search: (question, signal) => unlessAborted(search(question, signal), signal),
    async close() {
      lifetime.dispose();
      await Promise.all([feed?.close(), worker.close()]);
    },
  };
}

/** Nothing as soon as the signal aborts. */
function unlessAborted<T>(result: Promise<T[]>, signal: AbortSignal | undefined): Promise<T[]> {
  if (!signal) return result;
  if (signal.aborted) return Promise.resolve([]);
  return new Promise((resolve) => {
    const abort = () => resolve([]);
    signal.addEventListener('abort', abort, { once: true });
    void result.then(resolve).finally(() => signal.removeEventListener('abort', abort));
  });
}
