import * as vscode from 'vscode';
import { type ClientScope, clientScopes } from '../../core/register.ts';
import type { App } from '../app.ts';
import { plainWords } from '../plainWords.ts';

/** Turns the setting on, so that the bridge is there in the next window too. */
export async function startBridge(app: App): Promise<void> {
  const { t } = vscode.l10n;
  await app.bridge.turn(true);
  const { state } = app.bridge;
  if (!state) return;
  const create = t('Create Client Token');
  const words = t('The bridge listens on {0}, port {1}.', state.addresses.join(', '), state.port);
  const missing =
    state.missing.length > 0 ? ` ${t('This system has no {0}.', state.missing.join(', '))}` : '';
  vscode.window.showInformationMessage(plainWords(`${words}${missing}`), create).then((answer) => {
    if (answer === create) void app.run('causeway.createClientToken');
  });
}

export async function stopBridge(app: App): Promise<void> {
  await app.bridge.turn(false);
  void vscode.window.showInformationMessage(plainWords(vscode.l10n.t('The bridge is off.')));
}

export async function createClientToken(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const name = await vscode.window.showInputBox({
    title: t('Create Client Token'),
    prompt: t('Name of the program that will use the token'),
    ignoreFocusOut: true,
    validateInput: (text) => (/^\s*\S.{0,98}$/.test(text) ? undefined : t('1 to 100 characters')),
  });
  if (name === undefined) return;
  const scopes = await pickScopes();
  if (!scopes || scopes.length === 0) return;
  const everywhere = await pickReach();
  if (everywhere === undefined) return;
  const { user, resolved } = await app.core.get();
  const { token } = await user.clients.add({
    name: name.trim(),
    scopes,
    ...(everywhere ? {} : { workspaceId: resolved.workspace.id }),
  });
  const copy = t('Copy Token');
  const answer = await vscode.window.showInformationMessage(
    plainWords(t('The token for {0} is shown this once; only a hash of it is kept.', name.trim())),
    { modal: true, detail: token },
    copy,
  );
  if (answer === copy) await vscode.env.clipboard.writeText(token);
}

async function pickScopes(): Promise<ClientScope[] | undefined> {
  const { t } = vscode.l10n;
  const words: Record<ClientScope, string> = {
    'sessions:read': t('Read the sessions of a workspace'),
    'sessions:write': t('Create sessions and change them'),
    turns: t('Send inputs to a model, which can cost money'),
    grounding: t('Have answers quote files of the workspace'),
    models: t('Call models directly with your key, which can cost money'),
    usage: t('Read what was used and what it cost, of every program'),
  };
  const picked = await vscode.window.showQuickPick(
    clientScopes.map((scope) => ({ label: scope, description: words[scope], picked: true })),
    { canPickMany: true, title: t('What the Program May Do'), ignoreFocusOut: true },
  );
  return picked?.map(({ label }) => label);
}

async function pickReach(): Promise<boolean | undefined> {
  const { t } = vscode.l10n;
  const picked = await vscode.window.showQuickPick(
    [
      { label: t('This workspace only'), everywhere: false },
      { label: t('All workspaces'), everywhere: true },
    ],
    { title: t('Where the Program May Do It'), ignoreFocusOut: true },
  );
  return picked?.everywhere;
}

export async function revokeClient(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const { clients } = (await app.core.get()).user;
  const items = (await clients.list())
    .filter(({ revokedAt }) => revokedAt === undefined)
    .map(({ id, name, scopes, lastUsedAt }) => ({
      label: name,
      description: scopes.join(', '),
      detail:
        lastUsedAt === undefined
          ? t('Never used')
          : t('Last used {0}', new Date(lastUsedAt).toLocaleString()),
      id,
    }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Revoke Client'),
    placeHolder:
      items.length === 0 ? t('No client has a token.') : t('Its token and its open streams end at once.'),
  });
  if (!picked) return;
  await clients.revoke(picked.id);
  void vscode.window.showInformationMessage(plainWords(t('{0} is revoked.', picked.label)));
}
