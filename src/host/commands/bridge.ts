import * as vscode from 'vscode';
import { type Client, clientScopes, isActive } from '../../core/register.ts';
import type { App } from '../app.ts';
import { plainWords } from '../plainWords.ts';
import { pickReach, pickScopes } from './grants.ts';

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
  const scopes = await pickScopes(clientScopes);
  if (!scopes || scopes.length === 0) return;
  const everywhere = await pickReach();
  if (everywhere === undefined) return;
  const { user, resolved } = await app.core.get();
  const { token } = await user.clients.add({
    name: name.trim(),
    scopes,
    ...(everywhere ? {} : { workspaceId: resolved.workspace.id }),
  });
  await showToken(name.trim(), token);
}

async function showToken(name: string, token: string): Promise<void> {
  const { t } = vscode.l10n;
  const copy = t('Copy Token');
  const answer = await vscode.window.showInformationMessage(
    plainWords(t('The token for {0} is shown this once; only a hash of it is kept.', name)),
    { modal: true, detail: token },
    copy,
  );
  if (answer === copy) await vscode.env.clipboard.writeText(token);
}

/** Ends the token a client has and shows another, once. */
export async function rotateClient(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const { clients } = (await app.core.get()).user;
  const picked = await pickClient(await clients.list(), t('Replace Client Token'), {
    some: t('Its token and its open streams end at once; another is shown.'),
    none: t('No client has a token.'),
  });
  if (picked) await showToken(picked.label, await clients.rotate(picked.id));
}

export async function revokeClient(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const { clients } = (await app.core.get()).user;
  const picked = await pickClient(await clients.list(), t('Revoke Client'), {
    some: t('Its token and its open streams end at once.'),
    none: t('No client has a token.'),
  });
  if (!picked) return;
  await clients.revoke(picked.id);
  void vscode.window.showInformationMessage(plainWords(t('{0} is revoked.', picked.label)));
}

async function pickClient(clients: readonly Client[], title: string, words: { some: string; none: string }) {
  const { t } = vscode.l10n;
  const items = clients
    .filter((client) => isActive(client, Date.now()))
    .map(({ id, name, scopes, lastUsedAt }) => ({
      label: name,
      description: scopes.join(', '),
      detail:
        lastUsedAt === undefined
          ? t('Never used')
          : t('Last used {0}', new Date(lastUsedAt).toLocaleString()),
      id,
    }));
  return vscode.window.showQuickPick(items, {
    title,
    placeHolder: items.length === 0 ? words.none : words.some,
  });
}
