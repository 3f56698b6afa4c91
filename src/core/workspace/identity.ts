/** From what a window has open to the identity its sessions are kept under. */
import type { FolderFingerprint, WorkspaceIdentity } from '../register.ts';
import { canonicalUri, folderSet, noFolderUri } from './uri.ts';

/** A window as an editor describes it. */
export interface OpenWindow {
  /** URI of the file that describes the window; `untitled:…` when it was not saved. */
  workspaceFile?: string;
  folders: readonly { uri: string; name: string }[];
  name?: string;
}

/**
 * A window of one folder goes by the folder, one with a workspace file by the file, and one of several folders without
 * a file by those folders. `fingerprint` is that of what the URI names.
 */
export function identityOf(window: OpenWindow, fingerprint?: FolderFingerprint): WorkspaceIdentity {
  const folders = window.folders.map(({ uri }) => canonicalUri(uri));
  const name = window.name ?? window.folders.map((folder) => folder.name).join(', ');
  return { uri: uriOf(window.workspaceFile, folders), name, folders, fingerprint };
}

function uriOf(workspaceFile: string | undefined, folders: readonly string[]): string {
  if (workspaceFile !== undefined) return canonicalUri(workspaceFile);
  const [first, ...more] = folders;
  if (first === undefined) return noFolderUri;
  return more.length === 0 ? first : `causeway:folders/${encodeURIComponent(folderSet(folders))}`;
}
