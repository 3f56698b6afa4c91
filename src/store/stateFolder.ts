/** The folder of the user's state: discovery files of bridges, and which product keeps its data where. */
import { mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import { invalidInput, stateFolderTooOpen } from '../core/errors.ts';

/** The parts of a process that decide where state goes. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  platform: string;
  home: string;
  /** Absent on Windows. */
  userId: number | undefined;
}

const surroundings = (): Surroundings => ({
  env: process.env,
  platform: process.platform,
  home: homedir(),
  userId: process.getuid?.(),
});

/**
 * `CAUSEWAY_STATE_DIR` where it is set, else the system's place for state. Creates nothing.
 * Throws `invalid_input` when `CAUSEWAY_STATE_DIR` is not an absolute path.
 */
export function stateFolderPath({ env, platform, home }: Surroundings = surroundings()): string {
  const { join, isAbsolute } = platform === 'win32' ? win32 : posix;
  const wanted = env.CAUSEWAY_STATE_DIR;
  if (wanted) {
    if (!isAbsolute(wanted)) throw invalidInput('CAUSEWAY_STATE_DIR', wanted, 'an absolute path');
    return wanted;
  }
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'causeway');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'causeway');
  // The XDG base directory specification tells programs to ignore relative paths.
  const xdg = env.XDG_STATE_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.local', 'state'), 'causeway');
}

/**
 * Makes the folder with mode 0700 when it is missing; resolves to its path. On Windows the profile's own access list
 * keeps others out. Throws `state_folder_too_open` when others could read what lies there, and changes nothing then:
 * a looser mode may be somebody's wish, or a file system without modes.
 */
export async function openStateFolder(place: Surroundings = surroundings()): Promise<string> {
  const folder = stateFolderPath(place);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await checkPrivate(folder, place);
  return folder;
}

async function checkPrivate(folder: string, { platform, userId }: Surroundings): Promise<void> {
  if (platform === 'win32') return;
  const { mode, uid } = await stat(folder);
  const permissions = (mode & 0o777).toString(8).padStart(4, '0');
  if (userId !== undefined && uid !== userId) {
    throw stateFolderTooOpen(folder, 'it belongs to another user', `chown ${userId} ${quoted(folder)}`);
  }
  if ((mode & 0o077) !== 0) {
    throw stateFolderTooOpen(folder, `its mode is ${permissions}`, `chmod 700 ${quoted(folder)}`);
  }
}

const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
