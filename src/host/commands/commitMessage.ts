/** A commit message for what is staged, else for what is changed, written into the box of the source control view. */
import * as vscode from 'vscode';
import { commitPrompt, messageOf } from '../../core/edits/commitMessage.ts';
import { answerEmpty, nothingToCommit } from '../../core/errors.ts';
import type { App } from '../app.ts';
import { repositoryFor } from '../git.ts';
import { shownPath } from '../openEditors.ts';
import { sentDiff } from '../sentDiff.ts';
import { completeText } from './completeText.ts';
import { needModel } from './model.ts';

/** In a private session: a message is not a conversation, and the diff is in the repository anyway. */
export async function generateCommitMessage(app: App, argument: unknown): Promise<void> {
  const repository = await repositoryFor(argument);
  if (!repository) return;
  const staged = await repository.diff(true);
  const diff = staged.trim() === '' ? await repository.diff(false) : staged;
  if (diff.trim() === '') throw nothingToCommit();
  const sent = await sentDiff(app.out, repository.rootUri, diff);
  await needModel(app, undefined);
  const assistant = await app.assistant();
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.SourceControl, title: vscode.l10n.t('Writing a commit message') },
    async () => {
      const { id } = await assistant.sessions.create({ door: 'command', private: true });
      try {
        const { rootUri, inputBox } = repository;
        const { events } = await assistant.startTurn(id, {
          text: commitPrompt,
          attachments: [{ kind: 'diff', uri: rootUri.toString(), path: shownPath(rootUri), text: sent }],
          grounding: 'off',
          door: 'command',
        });
        for await (const event of events) {
          if (event.type !== 'turn.ended' || event.entry.kind !== 'assistant') continue;
          if (event.entry.outcome === 'stopped') return;
          const message = messageOf(completeText(event.entry));
          if (message === '') throw answerEmpty();
          inputBox.value = message;
        }
      } finally {
        await assistant.sessions.purge(id);
      }
    },
  );
}
