/** What each command does. A command that cannot be done says why, with the one thing that helps as a button. */
import * as vscode from 'vscode';
import { CausewayError, toErrorInfo } from '../../core/errors.ts';
import type { ErrorAction } from '../../protocol/errors.ts';
import type { App } from '../app.ts';
import type { CommandId } from '../ids.ts';
import { plainWords } from '../plainWords.ts';
import { removeApiKey, setApiKey } from './apiKey.ts';
import { createClientToken, revokeClient, rotateClient, startBridge, stopBridge } from './bridge.ts';
import { generateCommitMessage } from './commitMessage.ts';
import { chooseProfile, compactSession } from './memory.ts';
import { chooseModel } from './model.ts';
import { navigate } from './navigation.ts';
import { askPrompt } from './prompt.ts';
import { reviewClients } from './reviewClients.ts';
import { addSelectionToChat, askAboutSelection, editSelection, explain } from './selection.ts';
import {
  exportSession,
  importSession,
  newSession,
  purgeSession,
  searchSessions,
  stopTurn,
} from './sessions.ts';

type Command = (app: App, ...args: unknown[]) => Promise<void>;

const commands: { readonly [id in CommandId]: Command } = {
  'causeway.newSession': (app) => newSession(app, false),
  'causeway.newPrivateSession': (app) => newSession(app, true),
  'causeway.searchSessions': searchSessions,
  'causeway.exportSession': exportSession,
  'causeway.importSession': importSession,
  'causeway.purgeSession': purgeSession,
  'causeway.chooseModel': chooseModel,
  'causeway.setApiKey': setApiKey,
  'causeway.removeApiKey': removeApiKey,
  'causeway.explain': explain,
  'causeway.fix': (app, ...args) => editSelection(app, 'fix', args),
  'causeway.refactor': (app, ...args) => editSelection(app, 'refactor', args),
  'causeway.writeTests': (app, ...args) => editSelection(app, 'writeTests', args),
  'causeway.document': (app, ...args) => editSelection(app, 'document', args),
  'causeway.askAboutSelection': askAboutSelection,
  'causeway.addSelectionToChat': addSelectionToChat,
  'causeway.generateCommitMessage': generateCommitMessage,
  'causeway.acceptEdit': ({ edits }) => edits.accept(),
  'causeway.discardEdit': ({ edits }) => edits.discard(),
  'causeway.startBridge': startBridge,
  'causeway.stopBridge': stopBridge,
  'causeway.showUsage': async ({ usage }) => usage.show(),
  'causeway.createClientToken': createClientToken,
  'causeway.reviewClients': reviewClients,
  'causeway.rotateClient': rotateClient,
  'causeway.revokeClient': revokeClient,
  'causeway.focusInput': (app) => navigate(app, 'input'),
  'causeway.focusLastAnswer': (app) => navigate(app, 'last_answer'),
  'causeway.nextTurn': (app) => navigate(app, 'next_turn'),
  'causeway.previousTurn': (app) => navigate(app, 'previous_turn'),
  'causeway.nextCodeBlock': (app) => navigate(app, 'next_code'),
  'causeway.previousCodeBlock': (app) => navigate(app, 'previous_code'),
  'causeway.findInSession': (app) => navigate(app, 'find'),
  'causeway.stopTurn': stopTurn,
  'causeway.openContext': (app) => navigate(app, 'context'),
  'causeway.openMemory': (app) => navigate(app, 'memory'),
  'causeway.compactSession': compactSession,
  'causeway.chooseProfile': chooseProfile,
  'causeway.askPrompt': askPrompt,
  'causeway.pauseIndexing': ({ indexing }) => indexing.pause(),
  'causeway.resumeIndexing': ({ indexing }) => indexing.resume(),
  'causeway.showLog': (app) => app.act('show_log'),
};

export async function runCommand(app: App, id: CommandId, args: readonly unknown[]): Promise<void> {
  try {
    await commands[id](app, ...args);
  } catch (error) {
    if (!(error instanceof CausewayError)) app.log.error(`The command ${id} failed.`, error);
    showProblem(app, error);
  }
}

/** The command is over; the message stays until somebody reads it. */
function showProblem(app: App, error: unknown): void {
  const { message, action } = toErrorInfo(error);
  const button = buttons()[action];
  vscode.window
    .showErrorMessage(plainWords(message), ...(button === undefined ? [] : [button]))
    .then((chosen) => {
      if (chosen !== undefined) {
        app.act(action).catch((failed: unknown) => app.log.error(`The action ${action} failed.`, failed));
      }
    });
}

const buttons = (): Partial<Record<ErrorAction, string>> => ({
  set_api_key: vscode.l10n.t('Set API Key'),
  new_session: vscode.l10n.t('New Session'),
  choose_model: vscode.l10n.t('Choose Model'),
  open_settings: vscode.l10n.t('Open Settings'),
  show_log: vscode.l10n.t('Show Log'),
  reload: vscode.l10n.t('Reload Window'),
  trust_workspace: vscode.l10n.t('Manage Trust'),
});
