/** Which known workspace a folder may be, after a rename or a move. What fits is offered to the user, never taken. */
import type { FolderFingerprint, WorkspaceIdentity, WorkspaceRecord } from '../../core/register.ts';
import { folderSet } from '../../core/workspace/uri.ts';

/** What a known workspace is compared by. */
export interface Known {
  record: WorkspaceRecord;
  formerUris: readonly string[];
}

/**
 * Why a workspace fits, the surest first: the same inode and birth time is the same folder under another name; the
 * same first commit with the same folder name is a copy or a move across disks (or another clone, which is why the old
 * folder has to be gone); then a window with the very same folders; last, a place the workspace has been before.
 */
export type Ground = 'inode' | 'git' | 'folders' | 'former_uri';
const grounds: readonly Ground[] = ['inode', 'git', 'folders', 'former_uri'];

export function groundOf(identity: WorkspaceIdentity, known: Known): Ground | undefined {
  if (sameInode(identity.fingerprint, known.record.fingerprint)) return 'inode';
  if (sameRepository(identity.fingerprint, known.record.fingerprint)) return 'git';
  if (identity.folders.length > 1 && folderSet(identity.folders) === folderSet(known.record.folders)) {
    return 'folders';
  }
  return known.formerUris.includes(identity.uri) ? 'former_uri' : undefined;
}

/** Those that fit, the surest first, then the last opened first. */
export function recognise(identity: WorkspaceIdentity, known: readonly Known[]): WorkspaceRecord[] {
  return known
    .flatMap(({ record, formerUris }) => {
      const ground = groundOf(identity, { record, formerUris });
      return ground === undefined ? [] : [{ record, rank: grounds.indexOf(ground) }];
    })
    .sort((a, b) => a.rank - b.rank || b.record.lastOpenedAt - a.record.lastOpenedAt)
    .map(({ record }) => record);
}

function sameInode(a: FolderFingerprint | undefined, b: FolderFingerprint | undefined): boolean {
  // Inodes are given to new folders once they are free, so that one without its birth time says nothing.
  return (
    a?.inode !== undefined &&
    a.birthTimeMs !== undefined &&
    a.inode === b?.inode &&
    a.birthTimeMs === b.birthTimeMs
  );
}

function sameRepository(a: FolderFingerprint | undefined, b: FolderFingerprint | undefined): boolean {
  return a?.gitRoot !== undefined && a.gitRoot === b?.gitRoot && a.folderName === b.folderName;
}
