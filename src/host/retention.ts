import type { Log } from '../core/ports.ts';
import type { SessionStore } from '../core/session/store.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Purges what has been in the trash for longer than the user wants; 0 days keep it for ever. */
export async function applyRetention(sessions: SessionStore, days: number, log: Log): Promise<void> {
  if (days === 0) return;
  const { mode } = await sessions.status();
  if (mode !== 'normal') return;
  const oldest = Date.now() - days * dayMs;
  const trashed = await sessions.list({ trashed: true, limit: 1000 });
  const over = trashed.filter(({ trashedAt }) => trashedAt !== undefined && trashedAt < oldest);
  for (const { id } of over) await sessions.purge(id);
  if (over.length > 0) log.info(`${over.length} sessions were purged from the trash after ${days} days.`);
}
