import type { Limited, Limiter } from './limiter.ts';
import { type CallBudget, type CallHold, holdCall, type PlannedCall } from './spending.ts';

/** Says whose the calls of a turn are, and holds each to the limits of the program that sent it, where it has any. */
export function budgetOf(limiter: Limiter, client: Limited): CallBudget {
  const bounded = limiter.bounds(client, 'tokens') || limiter.bounds(client, 'money');
  return {
    client: client.id,
    ...(bounded && {
      hold: (call: PlannedCall): CallHold | undefined | Promise<CallHold> => holdCall(limiter, client, call),
    }),
  };
}
