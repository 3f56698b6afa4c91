import { z } from 'zod';
import { invalidInput } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { type ModelRelay, type UsageGroup, usageGroups } from '../../core/relay.ts';
import type { Route } from '../exchange.ts';
import { json } from '../http.ts';
import { parseQuery } from '../parse.ts';

const dayMs = 24 * 60 * 60_000;
/** A month, which is what bills are for. */
const usualDays = 30;

/** `from` and `to` are days, UTC, both included. */
export const usageQuery = z.strictObject({
  by: z.string().max(100).default('client,model,day'),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
});

/** What was used and what it cost, by this user and all programs: sums by client, model, session and day. */
export const usageRoute = (relay: ModelRelay, clock: Clock): Route => ({
  method: 'GET',
  pattern: '/v1/usage',
  scope: 'usage',
  async answer({ query }) {
    const { by, from, to } = parseQuery(query, usageQuery);
    const end = to === undefined ? clock.now() + dayMs : Date.parse(to) + dayMs;
    const begin = from === undefined ? end - (usualDays + 1) * dayMs : Date.parse(from);
    return json(200, { rows: await relay.usage({ by: groupsOf(by), from: begin, to: end }) });
  },
});

/** Throws `invalid_input`. */
function groupsOf(by: string): UsageGroup[] {
  const names = new Set(by.split(',').filter((name) => name !== ''));
  return [...names].map((name) => {
    const group = usageGroups.find((one) => one === name);
    if (!group) throw invalidInput('by', 'something else', `names of ${usageGroups.join(', ')}`);
    return group;
  });
}
