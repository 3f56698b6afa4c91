import type { Logger } from './log.ts';
import type { Entry, Storage } from './storage.ts';

const hourMs = 60 * 60_000;

/** Whether a file's time is over. Pinned files have no end. */
export function isExpired(entry: Entry, now: Date): boolean {
  return new Date(entry.expiresAt).getTime() <= now.getTime();
}

/** Removes everything whose time is over and says how many files that were. */
export async function sweep(storage: Storage, now: Date): Promise<number> {
  const expired = (await storage.list()).filter((entry) => isExpired(entry, now));
  for (const entry of expired) await storage.remove(entry.id);
  return expired.length;
}

/** Sweeps now and then every hour, until the returned function is called. */
export function startSweeper(storage: Storage, log: Logger): () => void {
  const run = () =>
    sweep(storage, new Date()).then(
      (count) => count > 0 && log.info('Swept expired files', { count }),
      (error) => log.error('The sweep failed', { cause: String(error) }),
    );
  void run();
  const timer = setInterval(run, hourMs);
  timer.unref();
  return () => clearInterval(timer);
}
