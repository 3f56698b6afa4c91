import { CausewayError, storeLocked } from '../core/errors.ts';
import type { SessionKeyRegister } from '../core/register.ts';
import type { SessionStore } from '../core/session/store.ts';
import type { Keys } from './keys.ts';

/** Of an opened core what encryption is about. */
interface Encrypted {
  readonly assistant: { readonly sessions: SessionStore };
  readonly user: { readonly sessionKey: SessionKeyRegister };
}

/** How long the key that another window made is waited for, in ms: the editor tells its windows within one second. */
const longestWait = 10_000;

/**
 * Makes the databases as the setting wants them. Nothing is changed in a database that cannot be read or written.
 * Throws `keyring_failed` when the key could not be kept, and `session_key_missing` when it is one that the keyring
 * does not have: then everything stays in plain.
 */
export async function applyEncryption(
  core: Encrypted,
  settings: { get(name: 'encryptSessions'): boolean },
  keys: Keys,
): Promise<void> {
  const wanted = settings.get('encryptSessions');
  const { sessions } = core.assistant;
  const { mode, encrypted } = await sessions.status();
  if (mode !== 'normal' || encrypted === wanted) return;
  const key = wanted
    ? await keys.makeSessionKey(core.user.sessionKey, AbortSignal.timeout(longestWait))
    : undefined;
  // The setting may have been taken back while the key was waited for.
  if (settings.get('encryptSessions') !== wanted) return;
  try {
    await sessions.setEncryption(key);
  } catch (error) {
    if (!isLocked(error)) throw error;
    // Another window with the same sessions was faster.
    const after = await sessions.unlock(key);
    if (after.mode !== 'normal' || after.encrypted !== wanted) throw error;
  }
}

const isLocked = (error: unknown): boolean =>
  error instanceof CausewayError && error.code === storeLocked().code;
