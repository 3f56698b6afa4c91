/** The dashboard's sums and lines, read from the log of calls. */
import type { CallLog, KeptCall, UsageRow } from '../../core/relay.ts';
import type { UsageCall, UsageGroupName, UsageOverview, UsageRange, UsageSum } from '../../protocol/usage.ts';

const hourMs = 60 * 60_000;

/** Stretches of a range and their lengths: few enough to be told apart on a narrow page. */
const ranges: Record<UsageRange, { count: number; step: number }> = {
  day: { count: 24, step: hourMs },
  week: { count: 28, step: 6 * hourMs },
  month: { count: 30, step: 24 * hourMs },
};

/** Lines of the live log that a page is given at first. */
export const linesAtFirst = 200;
/** Sums of each kind: beyond the dearest thousand nobody looks for one more. */
const mostSums = 1000;

/**
 * When the last stretch of the range ends: the whole hour, quarter of a day or day that `now` is in is its last, in
 * local time.
 */
export function stretchesOf(
  range: UsageRange,
  now: number,
): Pick<UsageOverview, 'range' | 'from' | 'step' | 'count'> {
  const { count, step } = ranges[range];
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const end = midnight + (Math.floor((now - midnight) / step) + 1) * step;
  return { range, from: end - count * step, step, count };
}

export async function readOverview(
  log: CallLog,
  range: UsageRange,
  now: number,
): Promise<Omit<UsageOverview, 'names'>> {
  const stretches = stretchesOf(range, now);
  const { from, step, count } = stretches;
  const calls = await log.calls({ limit: linesAtFirst });
  // What is written meanwhile is told as new calls, and so must not be in the sums.
  const within = { from, to: from + count * step, upTo: calls.at(-1)?.id ?? 0 };
  const [rows, session, client, model] = await Promise.all([
    log.overTime({ ...within, step }),
    log.usage({ by: ['session'], ...within }),
    log.usage({ by: ['client'], ...within }),
    log.usage({ by: ['model'], ...within }),
  ]);
  return {
    ...stretches,
    buckets: rows.map(({ usage, ...row }) => ({ ...row, ...tokensOf(usage) })),
    sums: {
      session: sumsOf(session, 'session'),
      client: sumsOf(client, 'client'),
      model: sumsOf(model, 'model'),
    },
    calls: calls.map(lineOf),
  };
}

function sumsOf(rows: readonly UsageRow[], group: UsageGroupName): UsageSum[] {
  return rows
    .map(({ usage, calls, failures, cost, unpriced, ...row }) => ({
      key: row[group] ?? '',
      calls,
      failures,
      cost,
      unpriced,
      ...tokensOf(usage),
    }))
    .sort((a, b) => b.cost - a.cost || b.calls - a.calls)
    .slice(0, mostSums);
}

const tokensOf = (usage: NonNullable<KeptCall['usage']>) => ({
  fresh: usage.inputTokens,
  written: usage.cacheCreationTokens,
  read: usage.cacheReadTokens,
  output: usage.outputTokens,
});

export function lineOf(call: KeptCall): UsageCall {
  const { usage, cache, id, at, client, wire, operation, model, outcome, totalMs, hasBodies } = call;
  const { session, error, cost, masked, firstTokenMs } = call;
  return {
    id,
    at,
    client,
    wire,
    operation,
    model,
    outcome,
    totalMs,
    cached: cache === 'hit',
    hasBodies,
    ...(usage === undefined ? {} : { tokens: tokensOf(usage) }),
    ...(session === undefined ? {} : { session }),
    ...(error === undefined ? {} : { error }),
    ...(cost === undefined ? {} : { cost }),
    ...(masked === undefined ? {} : { masked }),
    ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
  };
}
