/** Where the sessions of a folder are. */
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invalidInput } from '../core/errors.ts';
import type { WorkspaceIdentity } from '../core/register.ts';
import { identityOf } from '../core/workspace/identity.ts';
import { localPathOf } from '../core/workspace/uri.ts';
import {
  dataFolderFor,
  findWorkspaceData,
  listDataFolders,
  registerDataFolder,
} from '../store/dataFolders.ts';

export interface Place {
  /** Absolute path of the folder itself. */
  path: string;
  dataFolder: string;
  identity: WorkspaceIdentity;
  /** Absolute paths of the workspace's folders. */
  roots: readonly string[];
  /** False while nobody has opened the folder with Causeway. */
  known: boolean;
}

/** Name under which the command line's own data folder is listed. */
const product = 'Causeway command line';

/**
 * As `git` does, a folder inside a known workspace means that workspace. Creates no session and no register.
 * Throws `invalid_input` when there is no such folder, `register_unavailable` and `state_folder_too_open`.
 */
export async function placeOf(folder: string | undefined, cwd: string): Promise<Place> {
  const path = resolve(cwd, folder ?? '.');
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw invalidInput('folder', path, 'a folder that exists');
  const found = await findWorkspaceData(path);
  if (found) {
    const { uri, name, folders } = found.workspace;
    return {
      path,
      dataFolder: found.dataFolder,
      identity: { uri, name, folders, fingerprint: undefined },
      roots: folders.flatMap((one) => localPathOf(one) ?? []),
      known: true,
    };
  }
  const uri = pathToFileURL(path).href;
  return {
    path,
    dataFolder: await dataFolderFor(path),
    identity: identityOf({ folders: [{ uri, name: basename(path) || path }] }),
    roots: [path],
    known: false,
  };
}

/**
 * Lists the command line's own data folder, so that it finds again what it keeps there; those of editors are listed
 * already. Only once: an editor that starts later is to stay the last used one, which new folders go to.
 */
export async function listOwnDataFolder({ dataFolder }: Place): Promise<void> {
  const listed = await listDataFolders();
  if (!listed.some(({ path }) => path === dataFolder)) await registerDataFolder(dataFolder, product);
}
