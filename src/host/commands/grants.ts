/** The steps by which a user says what a program may do: scopes, where, how much and until when. */
import * as vscode from 'vscode';
import type { ClientLimits } from '../../core/limits/limits.ts';
import { type ClientScope, clientScopes } from '../../core/register.ts';

/** `picked` are those that are chosen unless the user changes it. */
export async function pickScopes(picked: readonly ClientScope[]): Promise<ClientScope[] | undefined> {
  const { t } = vscode.l10n;
  const words: Record<ClientScope, string> = {
    'sessions:read': t('Read your sessions of a workspace and its own'),
    'sessions:write': t('Create sessions and change them'),
    turns: t('Send inputs to a model, which can cost money'),
    grounding: t('Have answers quote files of the workspace'),
    models: t('Call models directly with your key, which can cost money'),
    usage: t('Read what was used and what it cost, of every program'),
  };
  const chosen = await vscode.window.showQuickPick(
    clientScopes.map((scope) => ({
      label: scope,
      description: words[scope],
      picked: picked.includes(scope),
    })),
    { canPickMany: true, title: t('What the Program May Do'), ignoreFocusOut: true },
  );
  return chosen?.map(({ label }) => label);
}

/** True for all workspaces. */
export async function pickReach(): Promise<boolean | undefined> {
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

interface LimitItem extends vscode.QuickPickItem {
  /** The user types them where they are absent. */
  limits?: ClientLimits;
}

/** A script that is tried out, and one that works all day; both are far from what a runaway loop would take. */
const tried: ClientLimits = { requestsPerMinute: 60, tokensPerMinute: 500_000, parallel: 2, usdPerDay: 1 };
const daily: ClientLimits = {
  requestsPerMinute: 600,
  tokensPerMinute: 4_000_000,
  parallel: 8,
  usdPerDay: 10,
};

export async function pickLimits(): Promise<ClientLimits | undefined> {
  const { t } = vscode.l10n;
  const words = ({ requestsPerMinute = 0, tokensPerMinute = 0, parallel = 0 }: ClientLimits) =>
    t(
      '{0} requests and {1} tokens a minute, {2} at a time',
      requestsPerMinute.toLocaleString(),
      tokensPerMinute.toLocaleString(),
      parallel,
    );
  const items: LimitItem[] = [
    { label: t('At most {0} a day', '$1'), description: words(tried), limits: tried },
    { label: t('At most {0} a day', '$10'), description: words(daily), limits: daily },
    { label: t('Other Limits…') },
    { label: t('No Limits'), limits: {} },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: t('How Much the Program May Use'),
    ignoreFocusOut: true,
  });
  return picked && (picked.limits ?? typedLimits());
}

async function typedLimits(): Promise<ClientLimits | undefined> {
  const { t } = vscode.l10n;
  const usd = await typed(t('US dollars a day'), /^\d{1,6}(\.\d{1,6})?$/);
  if (usd === undefined) return undefined;
  const requests = await typed(t('Requests a minute'), /^\d{1,6}$/);
  if (requests === undefined) return undefined;
  const tokens = await typed(t('Tokens a minute, those of the cache among them'), /^\d{1,9}$/);
  if (tokens === undefined) return undefined;
  const parallel = await typed(t('Turns and calls at a time'), /^\d{1,3}$/);
  if (parallel === undefined) return undefined;
  return {
    ...(usd > 0 ? { usdPerDay: usd } : {}),
    ...(requests > 0 ? { requestsPerMinute: requests } : {}),
    ...(tokens > 0 ? { tokensPerMinute: tokens } : {}),
    ...(parallel > 0 ? { parallel } : {}),
  };
}

/** A number; zero where nothing was typed, undefined where the user left. */
async function typed(prompt: string, form: RegExp): Promise<number | undefined> {
  const { t } = vscode.l10n;
  const text = await vscode.window.showInputBox({
    title: t('How Much the Program May Use'),
    prompt,
    placeHolder: t('Empty for no limit'),
    ignoreFocusOut: true,
    validateInput: (value) =>
      value.trim() === '' || (form.test(value.trim()) && Number(value) > 0)
        ? undefined
        : t('A number above zero, or nothing'),
  });
  return text === undefined ? undefined : Number(text.trim());
}

const dayMs = 24 * 60 * 60_000;

/** When its token ends, in ms since the epoch, in an object; it is empty for a token without an end. */
export async function pickExpiry(): Promise<{ expiresAt?: number } | undefined> {
  const { t } = vscode.l10n;
  const picked = await vscode.window.showQuickPick(
    [
      { label: t('For {0} days', 30), days: 30 },
      { label: t('For one day'), days: 1 },
      { label: t('For a year'), days: 365 },
      { label: t('Until it is revoked'), days: 0 },
    ],
    { title: t('How Long Its Token Works'), ignoreFocusOut: true },
  );
  if (!picked) return undefined;
  return picked.days === 0 ? {} : { expiresAt: Date.now() + picked.days * dayMs };
}
