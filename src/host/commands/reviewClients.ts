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
    void vscode.window.showInformationMessage(plainWords(t('No program asks to be let in.')));
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

/** In full, however long its paths are: by them it is known, not by the name that it gives itself. */
async function decide(one: Asking): Promise<'letIn' | 'refuse' | undefined> {
  const { t } = vscode.l10n;
  const unknown = t('not known on this system');
  const choose = t('Choose What It May Do…');
  const refuse = t('Refuse');
  const detail = [
    t('Program: {0}', one.program === undefined ? unknown : shown(one.program)),
    t('Folder: {0}', one.folder === undefined ? unknown : shown(one.folder)),
    t('It asks for: {0}', one.scopes.join(', ')),
  ].join('\n');
  const answer = await vscode.window.showInformationMessage(
    plainWords(t('{0} asks to use Causeway.', shown(one.name))),
    { modal: true, detail },
    choose,
    refuse,
  );
  if (answer === refuse) return 'refuse';
  return answer === choose ? 'letIn' : undefined;
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

/** Of a path or a name as it is shown, in UTF-16 code units: more than fits a dialog says nothing more. */
const longestShown = 500;

/** Another's words as one line: no icons, which a list would draw, and nothing that turns the line around. */
export const shown = (words: string): string =>
  words
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('$(', '$\u200b(')
    .slice(0, longestShown);

const whereOf = ({ program, folder }: Asking): string => [program, folder].filter(Boolean).join(' · ');
