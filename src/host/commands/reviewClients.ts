import * as vscode from 'vscode';
import type { Asking } from '../../core/register.ts';
import type { App } from '../app.ts';
import { plainWords } from '../plainWords.ts';
import { pickExpiry, pickLimits, pickReach, pickScopes } from './grants.ts';

/** Shows who asks to be let in and for what, and lets the user choose. Leaving a step decides nothing. */
export async function reviewClients(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const { asking } = (await app.core.get()).user;
  const waiting = await asking.list();
  if (waiting.length === 0) {
    void vscode.window.showInformationMessage(t('No program asks to be let in.'));
    return;
  }
  const one = waiting.length === 1 ? waiting[0] : await pickAsking(waiting);
  if (!one) return;
  const decision = await decide(one);
  if (decision === 'refuse') await asking.refuse(one.id);
  if (decision === 'letIn') await letIn(app, one);
}

async function pickAsking(waiting: readonly Asking[]): Promise<Asking | undefined> {
  const { t } = vscode.l10n;
  const picked = await vscode.window.showQuickPick(
    waiting.map((one) => ({ label: shown(one.name), description: shown(whereOf(one)), one })),
    { title: t('Programs That Ask to Use Causeway'), ignoreFocusOut: true },
  );
  return picked?.one;
}

async function decide(one: Asking): Promise<'letIn' | 'refuse' | undefined> {
  const { t } = vscode.l10n;
  const program = one.program === undefined ? t('not known on this system') : shown(one.program);
  const folder = one.folder === undefined ? t('not known on this system') : shown(one.folder);
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: t('Choose What It May Do…'),
        detail: t('It asks for {0}', one.scopes.join(', ')),
        decision: 'letIn' as const,
      },
      { label: t('Refuse'), detail: t('It is told so, and may ask again.'), decision: 'refuse' as const },
    ],
    {
      title: t('{0} Asks to Use Causeway', shown(one.name)),
      placeHolder: t('Program: {0} · Folder: {1}', program, folder),
      ignoreFocusOut: true,
    },
  );
  return picked?.decision;
}

async function letIn(app: App, one: Asking): Promise<void> {
  const { t } = vscode.l10n;
  const scopes = await pickScopes(one.scopes);
  if (!scopes || scopes.length === 0) return;
  const everywhere = await pickReach();
  if (everywhere === undefined) return;
  const limits = await pickLimits();
  if (!limits) return;
  const expiry = await pickExpiry();
  if (!expiry) return;
  const { user, resolved } = await app.core.get();
  await user.asking.approve(one.id, {
    name: one.name,
    scopes,
    limits,
    ...expiry,
    ...(everywhere ? {} : { workspaceId: resolved.workspace.id }),
  });
  void vscode.window.showInformationMessage(plainWords(t('{0} may use Causeway now.', shown(one.name))));
}

/** Another's words as one line: no icons, which a list would draw, and nothing that turns the line around. */
export const shown = (words: string): string =>
  words
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('$(', '$\u200b(')
    .slice(0, 200);

const whereOf = ({ program, folder }: Asking): string => [program, folder].filter(Boolean).join(' · ');
