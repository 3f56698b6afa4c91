/** The secret scanner as the main thread sees it. */
import type { Log, SecretScanner } from '../core/ports.ts';
import { LazyWorker } from './lazyWorker.ts';
import type { SecretRules } from './secretRules.ts';

export interface ClosableSecretScanner extends SecretScanner {
  close(): Promise<void>;
}

/** Starts its worker with the first call. When the worker dies, nothing is marked from then on and the log says so. */
export function openSecretScanner(options: { workerUrl: URL; log: Log }): ClosableSecretScanner {
  const worker = new LazyWorker<SecretRules>(options.workerUrl, (error) =>
    options.log.error('The secret scanner ended. No secrets are marked until the next start.', error),
  );
  return {
    async scan(texts) {
      if (texts.length === 0) return [];
      try {
        return await worker.call((remote) => remote.scan(texts));
      } catch (error) {
        if (worker.isAlive) options.log.error('Secrets were not looked for.', error);
        return texts.map(() => []);
      }
    },
    close: () => worker.close(),
  };
}
