/**
 * Which product keeps its data where, so that the command line finds the sessions of every editor.
 * One small file for each data folder: products that start at the same moment never write the same file.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { registerUnavailable } from '../core/errors.ts';
import type { WorkspaceRecord } from '../core/register.ts';
import { canonicalUri } from '../core/workspace/uri.ts';
import { openStateFolder } from './stateFolder.ts';
import { userDatabaseFile } from './user/layout.ts';
import { writePrivateFile } from './user/privateFile.ts';
import { readRegister } from './user/readRegister.ts';

export { openStateFolder, stateFolderPath } from './stateFolder.ts';
export {
  indexFolder,
  notesFolder,
  sessionDatabaseFile,
  userDatabaseFile,
  workspacesFolder,
} from './user/layout.ts';

const dataFolder = z.object({
  path: z.string().min(1),
  /** Name of the product, such as `Visual Studio Code`. */
  product: z.string(),
  /** Milliseconds since the epoch. */
  lastUsedAt: z.number(),
});
export type DataFolder = z.infer<typeof dataFolder>;

/** Where programs without an editor keep their sessions. */
export const ownDataFolder = async (): Promise<string> => join(await openStateFolder(), 'data');

const recordsFolder = (state: string): string => join(state, 'data-folders');

/** Says that a product keeps its data there, now. Throws `state_folder_too_open`. */
export async function registerDataFolder(path: string, product: string): Promise<void> {
  const folder = resolve(path);
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 32);
  const record: DataFolder = { path: folder, product, lastUsedAt: Date.now() };
  const file = join(recordsFolder(await openStateFolder()), `${name}.json`);
  await writePrivateFile(file, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** The last used first. Throws `state_folder_too_open`. */
export async function listDataFolders(): Promise<DataFolder[]> {
  const folder = recordsFolder(await openStateFolder());
  const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
  const records = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readRecord(join(folder, name))),
  );
  return records.filter((record) => record !== undefined).sort((a, b) => b.lastUsedAt - a.lastUsedAt);
}

/** The file is only a pointer: a broken one is written anew when its product starts the next time. */
async function readRecord(file: string): Promise<DataFolder | undefined> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  try {
    return dataFolder.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export interface FoundWorkspace {
  dataFolder: string;
  workspace: WorkspaceRecord;
}

/**
 * The workspace that a folder belongs to: the folder itself, else a window of several folders that has it, else the
 * nearest folder above (the home folder and what is above it belong to nobody). Of several products' the last opened.
 * Throws `register_unavailable` when nothing was found and a register could not be read, `state_folder_too_open`.
 */
export async function findWorkspaceData(folderPath: string): Promise<FoundWorkspace | undefined> {
  const known: FoundWorkspace[] = [];
  let unreadable: unknown;
  for (const { path } of await listDataFolders()) {
    try {
      const records = readRegister(userDatabaseFile(path));
      known.push(...records.map((workspace) => ({ dataFolder: path, workspace })));
    } catch (error) {
      unreadable = error;
    }
  }
  known.sort((a, b) => b.workspace.lastOpenedAt - a.workspace.lastOpenedAt);
  for (const uri of await urisAround(folderPath)) {
    const found =
      known.find(({ workspace }) => workspace.uri === uri) ??
      known.find(({ workspace }) => workspace.folders.includes(uri));
    if (found) return found;
  }
  if (unreadable !== undefined) throw registerUnavailable(unreadable);
  return undefined;
}

/**
 * Where a program without an editor keeps the sessions of a folder: where they are already, else in the data folder
 * that was used last, so that the editor finds them too, else in its own.
 */
export async function dataFolderFor(folderPath: string): Promise<string> {
  const found = await findWorkspaceData(folderPath);
  if (found) return found.dataFolder;
  const known = await listDataFolders();
  return known.find(({ path }) => existsSync(userDatabaseFile(path)))?.path ?? ownDataFolder();
}

/** The folder as named and as it is behind links, then those above it, nearest first. */
async function urisAround(folderPath: string): Promise<string[]> {
  const named = resolve(folderPath);
  const real = await realpath(named).catch(ignoreMissing);
  const home = homedir();
  const uris: string[] = [];
  const add = (path: string) => uris.push(canonicalUri(pathToFileURL(path).href));
  const starts = real === undefined || real === named ? [named] : [named, real];
  for (const start of starts) add(start);
  for (const start of starts) {
    for (let above = dirname(start); above !== dirname(above); above = dirname(above)) {
      if (above === home || home.startsWith(join(above, '/'))) break;
      add(above);
    }
  }
  return uris;
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
