/** Errors of the window: the keyring, edits, attachments, source control. */
import { CausewayError } from './error.ts';

export const keyringFailed = () =>
  new CausewayError(
    'keyring_failed',
    'The keyring of this system cannot be used. Nothing was lost. Set the API key for this window, or set ANTHROPIC_API_KEY where the editor is started.',
    { action: 'set_api_key', status: 500 },
  );
export const sessionKeyMissing = () =>
  new CausewayError(
    'session_key_missing',
    'The key your sessions are encrypted with is not in the keyring, so nothing more was encrypted. Nothing was lost. Restore the keyring, then reload. Where it is gone for good, turn causeway.encryptSessions off, reload, and turn it on again: then a new key is made.',
    { action: 'open_settings', status: 409 },
  );
export const editOutdated = (path: string) =>
  new CausewayError(
    'edit_outdated',
    `${path} has changed since this edit was proposed, so nothing was written. Ask for it again.`,
    { status: 409 },
  );
export const editNotWritten = (path: string) =>
  new CausewayError(
    'edit_not_written',
    `${path} could not be changed. Nothing was written; the proposal is kept.`,
    {
      action: 'show_log',
    },
  );
export const editNotSaved = (path: string) =>
  new CausewayError(
    'edit_not_saved',
    `The edit is in ${path}, but the file could not be saved. Save it yourself, or undo the edit.`,
  );
export const editUnreadable = (path: string) =>
  new CausewayError(
    'edit_unreadable',
    `${path} is there, but cannot be opened as text. No edit was proposed, and nothing was changed.`,
  );
export const noProposal = () =>
  new CausewayError('no_proposal', 'No proposed edit is shown. Open its diff, then try again.');
export const noEdit = () =>
  new CausewayError('no_edit', 'The answer has no code that could be applied here. Nothing was changed.');
export const answerCutOff = () =>
  new CausewayError(
    'answer_cut_off',
    'The answer was cut off before its end, so nothing was changed. Raise causeway.maxOutputTokens or take less at once, then try again.',
    { action: 'open_settings' },
  );
export const answerDeclined = () =>
  new CausewayError(
    'answer_declined',
    'The model declined to answer this, so nothing was changed. Ask in other words, or choose another model.',
    { action: 'choose_model' },
  );
export const answerEmpty = () =>
  new CausewayError('answer_empty', 'The model answered nothing. Nothing was changed. Try again.');
export const outsideWorkspace = (path: string) =>
  new CausewayError(
    'outside_workspace',
    `${path} is not in this workspace, so it was not opened or changed. Open its folder first.`,
    { status: 403 },
  );
export const noEditor = () =>
  new CausewayError('no_editor', 'No file is open in an editor. Open one, then try again.');
export const noSelection = () =>
  new CausewayError('no_selection', 'Nothing is selected. Select the code this is about, then try again.');
export const nothingToCommit = () =>
  new CausewayError('nothing_to_commit', 'There are no changes to write a commit message for.');
export const noRepository = () =>
  new CausewayError('no_repository', 'No git repository is open here. Open one, then try again.');
export const attachmentUnusable = (path: string, why: string) =>
  new CausewayError('attachment_unusable', `${path} was not attached: ${why}.`, { status: 400 });
export const modelNeeded = () =>
  new CausewayError('model_needed', 'This needs a model, and none is set. Set an API key, then try again.', {
    action: 'set_api_key',
    status: 409,
  });
