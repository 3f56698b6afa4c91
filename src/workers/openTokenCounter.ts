/** The token counter as the main thread sees it. */
import { estimateTokens } from '../core/context/tokens.ts';
import type { Log, TokenCounter } from '../core/ports.ts';
import type { ClaudeVocabulary } from './claudeVocabulary.ts';
import { LazyWorker } from './lazyWorker.ts';

export interface ClosableTokenCounter extends TokenCounter {
  close(): Promise<void>;
}

/**
 * Starts its worker with the first call. When the worker dies, counts are estimates from then on and the log says so:
 * a turn is never lost for want of an exact count.
 */
export function openTokenCounter(options: { workerUrl: URL; log: Log }): ClosableTokenCounter {
  const worker = new LazyWorker<ClaudeVocabulary>(options.workerUrl, (error) =>
    options.log.error('The token counter ended. Counts are estimates until the next start.', error),
  );
  return {
    async count(texts) {
      if (texts.length === 0) return [];
      try {
        return await worker.call((remote) => remote.count(texts));
      } catch (error) {
        if (worker.isAlive) options.log.warn(`Tokens were estimated: ${String(error)}`);
        return texts.map(estimateTokens);
      }
    },
    close: () => worker.close(),
  };
}
