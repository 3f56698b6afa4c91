/** The sessions on disk, read as another window would read them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { extensions } from 'vscode';
import type { SessionStore } from '../../../src/core/session/store.ts';
import { extensionId } from '../../../src/host/ids.ts';
import { findWorkspaceData, sessionDatabaseFile, userDatabaseFile } from '../../../src/store/dataFolders.ts';
import { openSessionStore } from '../../../src/store/openSessionStore.ts';
import { openUserDatabase, type UserDatabase } from '../../../src/store/user/openUserDatabase.ts';
import { until } from '../../support/vscode/until.ts';
import { folder } from './window.ts';

const worker = (name: string): URL => {
  const extension = extensions.getExtension(extensionId);
  assert.ok(extension);
  return pathToFileURL(join(extension.extensionPath, 'dist', 'workers', `${name}.js`));
};

const found = () => until('the workspace in the register', () => findWorkspaceData(folder().fsPath));

/** Opens the database of this window's workspace; the extension must have opened it before. */
export async function withSessions<T>(read: (sessions: SessionStore) => Promise<T>): Promise<T> {
  const { dataFolder, workspace } = await found();
  const sessions = openSessionStore({
    file: sessionDatabaseFile(dataFolder, workspace.id),
    workspaceId: workspace.id,
    workerUrl: worker('store'),
  });
  try {
    return await read(sessions);
  } finally {
    await sessions.close();
  }
}

/** Opens the user's own database, which all windows share. */
export async function withUser<T>(use: (user: UserDatabase) => Promise<T>): Promise<T> {
  const { dataFolder } = await found();
  const user = openUserDatabase({ file: userDatabaseFile(dataFolder), workerUrl: worker('user') });
  try {
    return await use(user);
  } finally {
    await user.close();
  }
}

/** Ids of the sessions on disk. */
export const sessionIds = (): Promise<string[]> =>
  withSessions(async (sessions) => (await sessions.list()).map(({ id }) => id));
