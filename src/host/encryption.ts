import type { Keys } from './keys.ts';
import type { Settings } from './settings.ts';
import type { OpenedCore } from './wiring.ts';

/**
 * Makes the databases as the setting wants them. Nothing is changed in a database that cannot be read or written.
 * Throws `keyring_failed` when the key could not be kept: then everything stays in plain.
 */
export async function applyEncryption(core: OpenedCore, settings: Settings, keys: Keys): Promise<void> {
  const wanted = settings.get('encryptSessions');
  const { sessions } = core.assistant;
  const { mode, encrypted } = await sessions.status();
  if (mode !== 'normal' || encrypted === wanted) return;
  await sessions.setEncryption(wanted ? await keys.makeSessionKey() : undefined);
}
