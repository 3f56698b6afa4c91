/** Limits of clients as they are typed and shown. */
import { invalidInput } from '../core/errors.ts';
import type { ClientLimits } from '../core/limits/limits.ts';

export const limitOptions = {
  expires: { type: 'string' },
  requests: { type: 'string' },
  tokens: { type: 'string' },
  parallel: { type: 'string' },
  usd: { type: 'string' },
} as const;

type Typed = { [name in keyof typeof limitOptions]?: string | undefined };

/** Throws `invalid_input`. */
export function limitsOf({ requests, tokens, parallel, usd }: Typed): ClientLimits {
  return {
    ...(requests === undefined ? {} : { requestsPerMinute: whole('--requests', requests) }),
    ...(tokens === undefined ? {} : { tokensPerMinute: whole('--tokens', tokens) }),
    ...(parallel === undefined ? {} : { parallel: whole('--parallel', parallel) }),
    ...(usd === undefined ? {} : { usdPerDay: dollars(usd) }),
  };
}

const unitMs = { m: 60_000, h: 60 * 60_000, d: 24 * 60 * 60_000 } as const;

/** When a token ends that lives as long as was typed, such as `30d`, `12h` or `90m`; ms since the epoch. */
export function expiryOf(typed: string | undefined, now: number): number | undefined {
  if (typed === undefined) return undefined;
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(typed) ?? [];
  if (unit !== 'm' && unit !== 'h' && unit !== 'd')
    throw invalidInput('--expires', typed, 'a time such as 30d, 12h or 90m');
  return now + Number(count) * unitMs[unit];
}

export function limitsText({
  requestsPerMinute,
  tokensPerMinute,
  parallel,
  usdPerDay,
}: ClientLimits): string {
  const parts = [
    requestsPerMinute === undefined ? [] : [`${requestsPerMinute} requests a minute`],
    tokensPerMinute === undefined ? [] : [`${tokensPerMinute} tokens a minute`],
    parallel === undefined ? [] : [`${parallel} at a time`],
    usdPerDay === undefined ? [] : [`$${usdPerDay} a day`],
  ].flat();
  return parts.length === 0 ? 'no limits' : parts.join(', ');
}

function whole(option: string, typed: string): number {
  if (!/^[1-9]\d{0,8}$/.test(typed)) throw invalidInput(option, typed, 'a whole number of at least 1');
  return Number(typed);
}

function dollars(typed: string): number {
  const usd = Number(typed);
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(typed) || usd <= 0)
    throw invalidInput('--usd', typed, 'US dollars above 0, such as 2.50');
  return usd;
}
