/** Commands on what a session remembers: its profile, and putting its older turns into a frame. */
import * as vscode from 'vscode';
import type { ProfileChoice } from '../../protocol/memory.ts';
import type { App } from '../app.ts';
import { plainIcons, plainWords } from '../plainWords.ts';

const door = 'panel';

/** Sets the profile that answers in the session that is shown, from now on. */
export async function chooseProfile(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const { memory } = await app.assistant();
  const host = await app.panel.reveal({ preserveFocus: true });
  const sessionId = host.shown;
  if (sessionId === undefined) return;
  const [profiles, { profile }] = await Promise.all([memory.profiles(), memory.view(sessionId)]);
  const items = profiles.map((choice) => ({
    label: choice.name === profile ? `$(check) ${plainIcons(choice.name)}` : plainIcons(choice.name),
    description: sourceWords(choice.source),
    detail: plainIcons(choice.description),
    name: choice.name,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Profile of This Session'),
    matchOnDetail: true,
  });
  if (picked) await memory.setProfile(sessionId, picked.name, door);
}

function sourceWords(source: ProfileChoice['source']): string {
  const { t } = vscode.l10n;
  switch (source) {
    case 'built_in':
      return t('built in');
    case 'user':
      return t('yours');
    case 'workspace':
      return t('of this workspace');
    default:
      return source satisfies never;
  }
}

/** Says how it went: a frame is written in the background of everything else. */
export async function compactSession(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const { memory } = await app.assistant();
  const host = await app.panel.reveal({ preserveFocus: true });
  const sessionId = host.shown;
  if (sessionId === undefined) return;
  const frame = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Putting older turns into a frame'),
      cancellable: true,
    },
    (_, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      return memory.compact(sessionId, door, stop.signal);
    },
  );
  // The command is over; the message stays until somebody reads it.
  void vscode.window.showInformationMessage(
    plainWords(
      frame
        ? t('Older turns are in a frame now. They stay in the session and can be searched.')
        : t('There are no older turns to put into a frame.'),
    ),
  );
}
