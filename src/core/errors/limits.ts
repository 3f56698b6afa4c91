/** What a program is told that has reached a limit, or whose call cannot be held to one. */
import type { LimitScope, Refusal } from '../limits/grant.ts';
import type { LimitKind } from '../limits/limits.ts';
import { CausewayError } from './error.ts';

/** A limit as the body of an error names it. */
export interface ToldLimit {
  kind: LimitKind;
  /** `client`: the program's own; `all`: that of all programs together. */
  scope: LimitScope;
  /** Requests, tokens, calls at a time, or US dollars in 24 hours. */
  bound: number;
  /** Absent for what no waiting helps. */
  endsInMs?: number;
}

export class LimitError extends CausewayError {
  readonly limit: ToldLimit;

  constructor(limit: ToldLimit, message: string) {
    const money = limit.kind === 'money';
    super(`limit_${limit.kind}`, message, {
      audience: 'client',
      status: money ? 402 : 429,
      ...(limit.endsInMs === undefined ? {} : { retryAfterMs: Math.max(1, Math.ceil(limit.endsInMs)) }),
    });
    this.limit = limit;
  }
}

/** Says which limit it is and when it ends. */
export function limitReached(refused: Refusal): LimitError {
  const { kind, scope, endsInMs } = refused;
  const bound = kind === 'money' ? refused.bound / 1_000_000 : refused.bound;
  const who = scope === 'client' ? 'This client' : 'All programs together';
  return new LimitError(
    { kind, scope, bound, ...(endsInMs === undefined ? {} : { endsInMs: Math.ceil(endsInMs) }) },
    `${who} may use ${boundText(kind, bound)}. Nothing was sent. ${endText(refused)}`,
  );
}

function boundText(kind: LimitKind, bound: number): string {
  switch (kind) {
    case 'requests':
      return `${bound} requests a minute`;
    case 'tokens':
      return `${bound} tokens a minute, those of the cache among them`;
    case 'parallel':
      return bound === 1 ? 'one turn or call at a time' : `${bound} turns and calls at a time`;
    case 'money':
      return `$${bound} in 24 hours, what calls under way may still cost among it`;
    default:
      return kind satisfies never;
  }
}

function endText({ kind, need, endsInMs }: Refusal): string {
  if (endsInMs === undefined)
    return kind === 'money'
      ? `This call alone may cost $${(need / 1_000_000).toFixed(4)}; ask for less output, or have the limit raised.`
      : 'This alone is more; have the limit raised.';
  if (kind === 'parallel') return 'Retry when one of them is over.';
  return `There is room again in ${durationText(endsInMs)}.`;
}

function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

/** A bound on money cannot be kept where the price is not known; unknown is not zero. */
export const priceUnknown = (model: string) =>
  new CausewayError(
    'price_unknown',
    `The price of ${model} is not known, so that this client's limit on money could not be kept. Nothing was sent. Set the price in causeway.prices, or use another model.`,
    { audience: 'client', status: 402, action: 'open_settings' },
  );
