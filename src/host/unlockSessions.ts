import { storeLocked } from '../core/errors.ts';
import type { SessionStore } from '../core/session/store.ts';
import type { Keys } from './keys.ts';

/**
 * Goes on with sessions that another window has encrypted or made plain again, with the key that the keyring has now.
 * Resolves to whether all of them can be read.
 */
export async function unlockSessions(sessions: SessionStore, keys: Keys): Promise<boolean> {
  // Without the keyring, what is plain again can be read all the same.
  const key = await keys.sessionKey().catch(() => undefined);
  const { notices } = await sessions.unlock(key);
  return !notices.some(({ code }) => code === storeLocked().code);
}
