import * as vscode from 'vscode';
import { anthropicKeyName } from '../../core/providers/anthropic/keyName.ts';
import { endpointKeyName, endpointsOf } from '../../core/providers/openai/endpoints.ts';
import type { App } from '../app.ts';
import { plainWords } from '../plainWords.ts';

/** Keys have no blanks or line breaks; what was pasted with some is trimmed at its ends. */
const keyForm = /^[\x21-\x7e]{8,500}$/;

interface Owner extends vscode.QuickPickItem {
  keyName: string;
  /** Variable of the environment that may have it. */
  variable?: string;
  keyPage?: string;
}

/** Claude, then the servers that are set or need a key. */
function owners({ settings }: App): Owner[] {
  const servers = endpointsOf(settings.endpoints).filter(
    ({ configured, preset }) => configured || preset.key === 'needed',
  );
  return [
    {
      label: 'Claude',
      description: settings.anthropicBaseUrl,
      keyName: anthropicKeyName,
      variable: 'ANTHROPIC_API_KEY',
    },
    ...servers.map((endpoint): Owner => {
      const { keyVariable, keyPage } = endpoint.preset;
      return {
        label: endpoint.name,
        description: endpoint.baseUrl,
        keyName: endpointKeyName(endpoint),
        ...(keyVariable === undefined ? {} : { variable: keyVariable }),
        ...(keyPage === undefined ? {} : { keyPage }),
      };
    }),
  ];
}

const pickOwner = (of: readonly Owner[]): Thenable<Owner | undefined> =>
  vscode.window.showQuickPick(of, {
    title: vscode.l10n.t('Whose API Key?'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });

export async function setApiKey(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const owner = await pickOwner(owners(app));
  if (!owner) return;
  const { label, keyName, variable, keyPage } = owner;
  const kept = t('Kept in the keyring of this system; never in settings, logs or sessions.');
  const value = await vscode.window.showInputBox({
    title: t('API Key for {0}', label),
    prompt: keyPage === undefined ? kept : `${kept} ${t('You get one at {0}.', keyPage)}`,
    ...(keyName === anthropicKeyName ? { placeHolder: 'sk-ant-…' } : {}),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) =>
      keyForm.test(text.trim())
        ? undefined
        : t('A key has 8 to 500 letters, digits and signs, without blanks.'),
  });
  if (value === undefined) return;
  if (!(await app.keys.set(keyName, value.trim()))) {
    const elsewhere =
      variable === undefined
        ? ''
        : ` ${t('Set {0} where the editor is started to have it everywhere.', variable)}`;
    void vscode.window.showWarningMessage(
      plainWords(`${t('The keyring did not keep the key, so it holds for this window only.')}${elsewhere}`),
    );
    return;
  }
  // Claude answers by itself once its key is there; any other is chosen.
  const choose = keyName === anthropicKeyName ? [] : [t('Choose Model')];
  vscode.window
    .showInformationMessage(plainWords(t('The API key for {0} is set.', label)), ...choose)
    .then((chosen) => {
      if (chosen !== undefined) void app.run('causeway.chooseModel');
    });
}

/** Whose key the keyring has; where it cannot be read, the key may be there. */
async function ownersOfStored(app: App): Promise<Owner[]> {
  const all = await Promise.all(
    owners(app).map(async (owner) => {
      const key = await app.keys.get(owner.keyName).catch(() => 'not to be read');
      return key === undefined || app.keys.isFromEnvironment(owner.keyName) ? [] : [owner];
    }),
  );
  return all.flat();
}

export async function removeApiKey(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const stored = await ownersOfStored(app);
  if (stored.length === 0) {
    void vscode.window.showInformationMessage(plainWords(t('No API key is stored.')));
    return;
  }
  const owner = stored.length === 1 ? stored[0] : await pickOwner(stored);
  if (!owner) return;
  const { label, keyName, variable } = owner;
  await app.keys.remove(keyName);
  const left = variable !== undefined && (await app.keys.get(keyName, variable)) !== undefined;
  void vscode.window.showInformationMessage(
    plainWords(
      left
        ? t('The stored API key is removed. {0} of the environment is used.', variable)
        : t('The API key for {0} is removed.', label),
    ),
  );
}
