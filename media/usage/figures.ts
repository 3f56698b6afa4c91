/** Numbers, times and names as the dashboard writes them. Pure. */
import type { UsageCall, UsageRange, UsageSum } from '../../src/protocol/usage.ts';
import { dollars } from '../format.ts';
import { t, type UsageWords } from './words.ts';

/** 120 ms, 1.4 s, 75 s. */
export function duration(ms: number): string {
  if (ms < 995) return t('milliseconds', Math.round(ms));
  return t('seconds', ms < 9_950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000));
}

export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`;

/** What is known of a cost: where prices are missing it is the least it can have been, and never nothing. */
export function cost({ cost: known, unpriced }: Pick<UsageSum, 'cost' | 'unpriced'>): string {
  if (unpriced === 0) return dollars(known);
  return known === 0 ? t('unknown') : t('atLeast', dollars(known));
}

export const promptTokens = ({
  fresh,
  written,
  read,
}: Pick<UsageSum, 'fresh' | 'written' | 'read'>): number => fresh + written + read;

/** When a stretch of time begins, as short as the range lets it be told. */
export function moment(at: number, range: UsageRange): string {
  const date = new Date(at);
  switch (range) {
    case 'day':
      return date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
    case 'week':
      return date.toLocaleDateString(undefined, { weekday: 'short', day: 'numeric', hour: '2-digit' });
    case 'month':
      return date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
    default:
      return range satisfies never;
  }
}

type Names = Readonly<Record<string, string>>;

export function clientName(id: string, names: Names): string {
  return id === 'owner' ? t('owner') : (names[id] ?? t('goneClient', id.slice(0, 8)));
}

export function sessionName(id: string, names: Names): string {
  return id === '' ? t('plainCalls') : names[id] || t('otherSession', id.slice(0, 8));
}

const outcomes = {
  done: 'outcomeDone',
  refused: 'outcomeRefused',
  failed: 'outcomeFailed',
  truncated: 'outcomeTruncated',
  stalled: 'outcomeStalled',
  aborted: 'outcomeAborted',
} as const satisfies Record<UsageCall['outcome'], UsageWords>;

const doors = {
  anthropic: 'doorAnthropic',
  openai: 'doorOpenai',
  panel: 'doorPanel',
  command: 'doorCommand',
  bridge: 'doorBridge',
  cli: 'doorCli',
  mcp: 'doorMcp',
  import: 'doorImport',
  core: 'doorCore',
} as const satisfies Record<UsageCall['wire'], UsageWords>;

/** How a call ended, with the code of its error where it has one. */
export const outcome = ({ outcome: how, error, cached }: UsageCall): string =>
  [t(outcomes[how]), ...(error === undefined ? [] : [error]), ...(cached ? [t('kept')] : [])].join(', ');

export const door = ({ wire, operation }: UsageCall): string =>
  operation === 'frame' || operation === 'title' || operation === 'recall'
    ? `${t(doors[wire])}, ${t(operation)}`
    : t(doors[wire]);
