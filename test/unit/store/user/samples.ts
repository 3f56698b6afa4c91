/** Windows as an editor would describe them, and a place for their data. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FolderFingerprint, WorkspaceIdentity } from '../../../../src/core/register.ts';

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'causeway-user-'));

export const uriOf = (path: string): string => pathToFileURL(path).href;

export function folder(path: string, fingerprint: Partial<FolderFingerprint> = {}): WorkspaceIdentity {
  const folderName = basename(path);
  return {
    uri: uriOf(path),
    name: folderName,
    folders: [uriOf(path)],
    fingerprint: { folderName, ...fingerprint },
  };
}

export const windowOf = (uri: string, folders: readonly string[]): WorkspaceIdentity => ({
  uri,
  name: 'several folders',
  folders: folders.map(uriOf),
  fingerprint: undefined,
});
