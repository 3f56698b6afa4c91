/** Where things lie inside a data folder. */
import { join } from 'node:path';

export const userDatabaseFile = (dataFolder: string): string => join(dataFolder, 'user.db');
export const workspacesFolder = (dataFolder: string): string => join(dataFolder, 'workspaces');
export const sessionDatabaseFile = (dataFolder: string, workspaceId: string): string =>
  join(workspacesFolder(dataFolder), `${workspaceId}.db`);
/** Where a model keeps its own notes of a workspace. */
export const notesFolder = (dataFolder: string, workspaceId: string): string =>
  join(dataFolder, 'notes', workspaceId);
export const sidecarFile = (dataFolder: string, workspaceId: string): string =>
  join(workspacesFolder(dataFolder), `${workspaceId}.json`);
/** Where the index of a workspace's files is kept. */
export const indexFolder = (dataFolder: string, workspaceId: string): string =>
  join(dataFolder, 'index', workspaceId);
