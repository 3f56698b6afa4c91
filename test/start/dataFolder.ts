/** What `npm start` keeps between runs: sessions and settings, the key of its keyring, and the sample's copy. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder, sampleWorkspace } from '../support/vscode/paths.ts';

/** Where everything is kept unless the user names another folder. */
export const usualDataFolder = join(cacheFolder, 'start-data');

const ownerOnly = 0o600;

/** What a window looks like at first; the user's own changes are kept. */
const firstSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  // Asked in a dialog, so that nobody has to find out why Causeway is held back in a new folder.
  'security.workspace.trust.startupPrompt': 'once',
  'workbench.tips.enabled': false,
  // The sample lies inside the clone, whose repository is not what is to be looked at.
  'git.openRepositoryInParentFolders': 'never',
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};

/** Makes the folder, which only its owner may enter, with settings for the first start. */
export async function prepareDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const settings = join(folder, 'data', 'User', 'settings.json');
  if (existsSync(settings)) return;
  await mkdir(dirname(settings), { recursive: true });
  await writeFile(settings, `${JSON.stringify(firstSettings, null, 2)}\n`);
}

/**
 * A secret of 64 hexadecimal digits that is made once and kept in a file only its owner can read.
 * One that others could have read, or that is damaged, is replaced.
 */
export async function keptSecret(file: string): Promise<string> {
  const kept = await readPrivately(file);
  if (kept !== undefined && /^[0-9a-f]{64}$/.test(kept)) return kept;
  const fresh = randomBytes(32).toString('hex');
  const scratch = `${file}.new`;
  await rm(scratch, { force: true });
  await writeFile(scratch, fresh, { mode: ownerOnly, flag: 'wx' });
  await rename(scratch, file);
  return fresh;
}

async function readPrivately(file: string): Promise<string | undefined> {
  if (!existsSync(file)) return undefined;
  const { mode } = await lstat(file);
  // Windows has no such bits; the folder lies in the user's own there.
  const othersMayRead = process.platform !== 'win32' && (mode & 0o077) !== 0;
  return othersMayRead ? undefined : readFile(file, 'utf8');
}

/** The user's copy of the sample workspace, made at the first start, so that edits do not change the clone. */
export async function sampleCopy(copy = join(cacheFolder, 'sample-workspace')): Promise<string> {
  if (existsSync(copy)) return copy;
  await mkdir(dirname(copy), { recursive: true });
  const scratch = await mkdtemp(`${copy}.partial-`);
  try {
    await cp(sampleWorkspace, scratch, { recursive: true });
    await rename(scratch, copy);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return copy;
}
