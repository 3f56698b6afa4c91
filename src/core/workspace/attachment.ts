/** Finding a window's workspace in the register, and which earlier workspaces may be offered to it. */
import type {
  FolderFingerprint,
  ResolvedWorkspace,
  WorkspaceIdentity,
  WorkspaceRecord,
  WorkspaceRegister,
} from '../register.ts';
import { localPathOf } from './uri.ts';

/** What recognising needs from outside. */
export interface AttachmentPorts {
  register: WorkspaceRegister;
  /** Undefined when nothing is at the path. `git` is whether git may be run there. Never rejects. */
  fingerprintOf(path: string, options: { git: boolean }): Promise<FolderFingerprint | undefined>;
  /** Whether what a URI names is certainly not there any more; false when that cannot be known. Never rejects. */
  isGone(uri: string): Promise<boolean>;
  /** Whether a workspace has sessions that are not in the trash. */
  hasSessions(workspaceId: string): Promise<boolean>;
}

/** The window's workspace, known or new. Looks at the folder itself and leaves git for later. */
export async function resolveWorkspace(
  { register, fingerprintOf }: Pick<AttachmentPorts, 'register' | 'fingerprintOf'>,
  identity: WorkspaceIdentity,
): Promise<ResolvedWorkspace> {
  const path = localPathOf(identity.uri);
  const fingerprint = path === undefined ? undefined : await fingerprintOf(path, { git: false });
  return register.resolve({ ...identity, fingerprint }, []);
}

/**
 * Learns what git tells of the folder, for the day it is moved, and finds earlier workspaces that fit: the window has
 * no sessions yet, their own folder is gone, and they have sessions. The surest first.
 * `git` is whether git may be run in the folder.
 */
export async function findCandidates(
  { register, fingerprintOf, isGone, hasSessions }: AttachmentPorts,
  current: WorkspaceRecord,
  { git }: { git: boolean },
): Promise<WorkspaceRecord[]> {
  const path = isOneFolder(current) ? localPathOf(current.uri) : undefined;
  const learns = path !== undefined && git && current.fingerprint?.gitRoot === undefined;
  const fingerprint = learns ? await fingerprintOf(path, { git }) : undefined;
  const identity: WorkspaceIdentity = { ...current, fingerprint: fingerprint ?? current.fingerprint };
  if (await hasSessions(current.id)) {
    if (fingerprint?.gitRoot !== undefined) await register.resolve(identity, []);
    return [];
  }
  const others = (await register.list()).filter(({ id }) => id !== current.id);
  const gone = await Promise.all(others.map(async ({ uri }) => ((await isGone(uri)) ? [uri] : [])));
  const { candidates } = await register.resolve(identity, gone.flat());
  const worth = await Promise.all(candidates.map(({ id }) => hasSessions(id)));
  return candidates.filter((_, index) => worth[index]);
}

/** Git tells about a folder; a file that describes a window says nothing of it. */
const isOneFolder = ({ uri, folders }: WorkspaceRecord): boolean =>
  folders.length === 1 && folders[0] === uri;

/** All workspaces whose sessions a window shows, its own first. */
export const shownWorkspaces = ({ workspace, related }: ResolvedWorkspace): WorkspaceRecord[] => [
  workspace,
  ...related.filter(({ id }) => id !== workspace.id),
];
