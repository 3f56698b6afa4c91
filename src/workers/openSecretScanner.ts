/** The secret scanner as the main thread sees it. */
import type { Log, SecretScanner } from '../core/ports.ts';
import { LazyWorker } from './lazyWorker.ts';
import type { SecretRules } from './secretRules.ts';

export interface ClosableSecretScanner extends SecretScanner {
  close(): Promise<void>;
}

/** Starts its worker with the first call, and another one with the first call after it died, which the log tells. */
export function openSecretScanner(options: { workerUrl: URL; log: Log }): ClosableSecretScanner {
  const worker = new LazyWorker<SecretRules>(
    options.workerUrl,
    (error) => options.log.error('The secret scanner ended. It starts again when it is needed.', error),
    { restarts: true },
  );
  return {
    scan: async (texts, personal) =>
      texts.length === 0 ? [] : worker.call((remote) => remote.scan(texts, personal)),
    close: () => worker.close(),
  };
}
