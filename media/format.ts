/** Numbers and times as the panel writes them. Pure. */

import type { AssistantEntry, Door, Entry } from '../src/protocol/entries.ts';
import { t, type Words } from './l10n.ts';

/** 980, 1.2k, 12k, 1.2M. */
export function tokens(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_500) return `${trim(count / 1_000)}k`;
  return `${trim(count / 1_000_000)}M`;
}

const trim = (value: number): string =>
  value < 100 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));

/** $0.013; below a tenth of a cent two significant digits. */
export function dollars(value: number): string {
  if (value === 0) return '$0';
  if (value >= 0.1) return `$${value.toFixed(2)}`;
  if (value >= 0.001) return `$${value.toFixed(3)}`;
  return `$${value.toPrecision(2)}`;
}

/** For parts of a request: what costs less than a tenth of a cent says just that. */
export const smallDollars = (value: number): string =>
  value > 0 && value < 0.001 ? `<${dollars(0.001)}` : dollars(value);

export function clock(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}

export function day(at: number, now: number): string {
  const date = new Date(at);
  return date.toDateString() === new Date(now).toDateString()
    ? clock(at)
    : date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
}

export function bytes(count: number): string {
  if (count < 1_024) return `${count} B`;
  if (count < 1_024 ** 2) return `${Math.round(count / 1_024)} KB`;
  return `${(count / 1_024 ** 2).toFixed(1)} MB`;
}

/** The parts of an answer's footer: model, tokens in, tokens out, cost. */
export function footer(entry: AssistantEntry): string[] {
  const { usage } = entry;
  const parts = [entry.model];
  if (!usage || entry.provider === 'offline') return parts;
  const all = usage.inputTokens + usage.cacheCreationTokens + usage.cacheReadTokens;
  const share = all > 0 ? Math.round((100 * usage.cacheReadTokens) / all) : 0;
  const cached = share > 0 ? ` (${t('cached', share)})` : '';
  parts.push(`${t('tokensIn', tokens(all))}${cached}`, t('tokensOut', tokens(usage.outputTokens)));
  parts.push(entry.costUsd === undefined ? t('priceUnknown') : dollars(entry.costUsd));
  return parts;
}

export const groundingWords = {
  off: 'groundingOff',
  open_files: 'groundingOpen',
  workspace: 'groundingWorkspace',
} as const satisfies Record<string, Words>;

export const doorWords = {
  panel: 'doorPanel',
  command: 'doorCommand',
  bridge: 'doorBridge',
  cli: 'doorCli',
  mcp: 'doorMcp',
  import: 'doorImport',
  core: 'doorCore',
} as const satisfies Record<Door, Words>;

/** Who asked: the user, or a program by its name, with the way the input came in where it is not the panel. */
export function author({ client, door }: Pick<Entry, 'client' | 'door'>): string {
  if (client) return t('sentBy', client, t(doorWords[door]));
  return door === 'panel' ? t('you') : t('sentBy', t('you'), t(doorWords[door]));
}

/** The beginning of an input, in quotation marks. */
export function quoted(text: string): string {
  const [line = ''] = text.trim().split('\n', 1);
  return `“${line.length > 60 || line.length < text.trim().length ? `${line.slice(0, 60)}…` : line}”`;
}

/** The model as the footer names it: without its maker, its date and its number of a snapshot. */
export const modelName = ({ provider, model }: Pick<AssistantEntry, 'provider' | 'model'>): string =>
  provider === 'offline' ? t('offlineTurn') : model.replace(/^claude-/, '').replace(/-\d{8}$/, '');

/** The cost of a session; where a price was missing it is the least it can have cost. */
export function totalCost(totals: { costUsd: number; costKnown: boolean }): string {
  if (totals.costKnown) return dollars(totals.costUsd);
  return totals.costUsd === 0 ? t('priceUnknown') : t('atLeast', dollars(totals.costUsd));
}

/** A day and a time, for what may lie far back. */
export const moment = (at: number): string =>
  new Date(at).toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });

/** How many places have a placeholder in them. */
export const maskedWords = (count: number): string => (count === 1 ? t('maskedOne') : t('maskedMany', count));

/** How many secrets were found, in what would be sent or in what was. */
export function secretWords(count: number, next: boolean): string {
  if (count === 1) return t(next ? 'secretOne' : 'secretOneSent');
  return t(next ? 'secretMany' : 'secretManySent', count);
}
