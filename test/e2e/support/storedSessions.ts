/** Reads the sessions of a VS Code as another process: the store is made for several at once. */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SessionStore } from '../../../src/core/session/store.ts';
import { openSessionStore } from '../../../src/store/openSessionStore.ts';
import { workerUrl } from '../../support/core.ts';
import { until } from '../../support/vscode/until.ts';

/** The store of the one workspace that was opened in this data folder. */
export async function withStore<T>(dataFolder: string, use: (store: SessionStore) => Promise<T>): Promise<T> {
  const pattern = join(dataFolder, 'data/User/globalStorage/causeway.causeway/workspaces/*.db');
  const file = await until('a session database', () => globSync(pattern)[0]);
  const store = openSessionStore({ file, workspaceId: basename(file, '.db'), workerUrl: workerUrl('store') });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
