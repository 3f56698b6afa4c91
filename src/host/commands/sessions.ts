import * as vscode from 'vscode';
import { invalidInput } from '../../core/errors.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import type { App } from '../app.ts';
import { plainWords } from '../plainWords.ts';
import { navigate } from './navigation.ts';

/** Bytes of an import that is read at once; a session of 10,000 turns has some ten million. */
const largestImport = 512 * 1024 * 1024;

/** Sessions offered to choose from, the newest. */
const mostListed = 1_000;

export async function newSession(app: App, isPrivate: boolean): Promise<void> {
  const host = await app.show(await app.freshSession(isPrivate));
  host.push({ type: 'navigate', to: 'input' });
}

export const searchSessions = (app: App): Promise<void> => navigate(app, 'history');

/** Stops the answer in the session that is shown; where there is none, the one that is given somewhere else. */
export async function stopTurn(app: App): Promise<void> {
  const assistant = await app.assistant();
  const shown = (await app.panel.drawn)?.shown;
  if (shown !== undefined && (await assistant.stopTurn(shown))) return;
  const { sessions: live } = app.live;
  const sessionId = live.length > 1 ? await pickLive(app, live) : live[0];
  if (sessionId !== undefined) await assistant.stopTurn(sessionId);
}

async function pickLive(app: App, live: readonly string[]): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const { sessions } = await app.assistant();
  const found = await Promise.all(live.map((id) => sessions.get(id)));
  const items = found.flatMap((session) =>
    session ? [{ label: session.title || t('New session'), id: session.id }] : [],
  );
  return (await vscode.window.showQuickPick(items, { title: t('Stop Which Answer?') }))?.id;
}

export async function exportSession(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const { sessions } = await app.assistant();
  const picked = await pickSession(app, t('Export Session'), await sessions.list({ limit: mostListed }));
  if (!picked) return;
  const name = `${picked.title.replace(/[^\p{L}\p{N} _-]+/gu, ' ').trim() || 'session'}.jsonl`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    title: t('Export Session'),
    filters: { 'JSON Lines': ['jsonl'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(
    target,
    new TextEncoder().encode(await sessions.exportSession(picked.id)),
  );
  void vscode.window.showInformationMessage(plainWords(t('“{0}” was exported.', picked.title)));
}

export async function importSession(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const [file] =
    (await vscode.window.showOpenDialog({
      title: t('Import Session'),
      filters: { 'JSON Lines': ['jsonl'] },
    })) ?? [];
  if (!file) return;
  const { size } = await vscode.workspace.fs.stat(file);
  if (size > largestImport) {
    throw invalidInput('file', `${size} bytes`, `at most ${largestImport} bytes`);
  }
  // As bytes, which go to the store's thread a few times faster than text.
  const jsonl = await vscode.workspace.fs.readFile(file);
  const { id } = await (await app.assistant()).sessions.importSession(jsonl);
  await app.show(id);
}

export async function purgeSession(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const { sessions } = await app.assistant();
  const all = [
    ...(await sessions.list({ trashed: true, limit: mostListed })),
    ...(await sessions.list({ limit: mostListed })),
  ];
  const picked = await pickSession(app, t('Delete Session for Good'), all);
  if (!picked) return;
  const purge = t('Delete for Good');
  const answer = await vscode.window.showWarningMessage(
    plainWords(t('Delete “{0}” for good?', picked.title)),
    { modal: true, detail: t('Nothing of it is left, in backups either. This cannot be undone.') },
    purge,
  );
  if (answer !== purge) return;
  // The panel shows another session in its place, whoever purged it.
  await sessions.purge(picked.id);
}

async function pickSession(
  app: App,
  title: string,
  sessions: readonly SessionSummary[],
): Promise<SessionSummary | undefined> {
  const { t } = vscode.l10n;
  const shown = (await app.panel.drawn)?.shown;
  const items = sessions
    .filter(({ entryCount }) => entryCount > 0)
    .map((session) => ({
      label: session.title || t('New session'),
      description: [
        new Date(session.updatedAt).toLocaleString(),
        ...(session.trashedAt === undefined ? [] : [t('in the trash')]),
        ...(session.id === shown ? [t('shown now')] : []),
      ].join(' · '),
      session,
    }));
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.session;
}
