import * as vscode from 'vscode';
import { anthropicKeyName } from '../../core/providers/anthropic/keyName.ts';
import type { App } from '../app.ts';
import { plainWords } from '../plainWords.ts';

/** Keys have no blanks or line breaks; what was pasted with some is trimmed at its ends. */
const keyForm = /^[\x21-\x7e]{8,500}$/;

export async function setApiKey({ keys }: App): Promise<void> {
  const { t } = vscode.l10n;
  const value = await vscode.window.showInputBox({
    title: t('API Key for Claude'),
    prompt: t('Kept in the keyring of this system; never in settings, logs or sessions.'),
    placeHolder: 'sk-ant-…',
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) =>
      keyForm.test(text.trim())
        ? undefined
        : t('A key has 8 to 500 letters, digits and signs, without blanks.'),
  });
  if (value === undefined) return;
  if (await keys.set(anthropicKeyName, value.trim())) {
    void vscode.window.showInformationMessage(plainWords(t('The API key for Claude is set.')));
  } else {
    void vscode.window.showWarningMessage(
      plainWords(
        t(
          'The keyring did not keep the key, so it holds for this window only. Set ANTHROPIC_API_KEY where the editor is started to have it everywhere.',
        ),
      ),
    );
  }
}

export async function removeApiKey({ keys }: App): Promise<void> {
  await keys.remove(anthropicKeyName);
  const { t } = vscode.l10n;
  void vscode.window.showInformationMessage(
    plainWords(
      (await keys.state()) === 'environment'
        ? t('The stored API key is removed. ANTHROPIC_API_KEY of the environment is used.')
        : t('The API key is removed. Answers are quotes from your files.'),
    ),
  );
}
