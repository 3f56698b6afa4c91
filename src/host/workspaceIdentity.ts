/** This window's workspace, and the question whether the sessions of a moved folder belong to it. */
import * as vscode from 'vscode';
import type { ResolvedWorkspace, WorkspaceRecord } from '../core/register.ts';
import { type AttachmentPorts, findCandidates, resolveWorkspace } from '../core/workspace/attachment.ts';
import { identityOf } from '../core/workspace/identity.ts';
import { localPathOf } from '../core/workspace/uri.ts';
import { plainWords } from './plainWords.ts';

const declinedKey = 'causeway.reattach.declined';

/** What this window has open, as its sessions are kept under it. */
export function windowIdentity(): ReturnType<typeof identityOf> {
  const { workspaceFile, workspaceFolders = [], name } = vscode.workspace;
  return identityOf({
    folders: workspaceFolders.map((folder) => ({ uri: folder.uri.toString(), name: folder.name })),
    ...(workspaceFile === undefined ? {} : { workspaceFile: workspaceFile.toString() }),
    ...(name === undefined ? {} : { name }),
  });
}

const resolveWindow = (
  ports: Pick<AttachmentPorts, 'register' | 'fingerprintOf'>,
): Promise<ResolvedWorkspace> => resolveWorkspace(ports, windowIdentity());

/**
 * Keeps the register right while folders come and go; `changed` hears which sessions are to be shown from then on, and
 * once now: the folders of a workspace file can come after the window has begun.
 */
export function followFolders(
  ports: Pick<AttachmentPorts, 'register' | 'fingerprintOf'>,
  changed: (resolved: ResolvedWorkspace) => void,
  failed: (error: unknown) => void,
): vscode.Disposable {
  const look = () => {
    resolveWindow(ports).then(changed, failed);
  };
  look();
  return vscode.workspace.onDidChangeWorkspaceFolders(look);
}

/**
 * Asks, without standing in the way, whether sessions of a folder that is gone are this one's. Resolves to the
 * workspace that the window now has, for the caller to open, or undefined when all stays as it is.
 * A "no" is remembered; closing the question is not an answer.
 */
export async function offerReattach(
  ports: AttachmentPorts,
  current: WorkspaceRecord,
  memory: vscode.Memento,
): Promise<WorkspaceRecord | undefined> {
  const candidates = await findCandidates(ports, current, { git: vscode.workspace.isTrusted });
  const declined = memory.get<string[]>(declinedKey, []);
  const candidate = candidates.find(({ id }) => !declined.includes(`${current.id} ${id}`));
  if (!candidate) return undefined;
  const bring = vscode.l10n.t('Show Them Here');
  const keep = vscode.l10n.t('Keep Apart');
  const answer = await vscode.window.showInformationMessage(
    plainWords(
      vscode.l10n.t(
        'This folder looks like {0}, which is gone. Do its Causeway sessions belong here?',
        localPathOf(candidate.uri) ?? candidate.name,
      ),
    ),
    bring,
    keep,
  );
  switch (answer) {
    case bring:
      return ports.register.reattach(candidate.id, {
        ...windowIdentity(),
        fingerprint: current.fingerprint,
      });
    case keep:
      await memory.update(declinedKey, [...declined, `${current.id} ${candidate.id}`]);
      return undefined;
    default:
      return undefined;
  }
}
