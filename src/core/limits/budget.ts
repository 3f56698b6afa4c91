import type { Limited, Limiter } from './limiter.ts';
import { type CallBudget, type CallHold, holdCall, type PlannedCall } from './spending.ts';

/** Holds each call of a turn to the limits of the program that sent it; undefined for one without any. */
export function budgetOf(limiter: Limiter, client: Limited): CallBudget | undefined {
  if (!limiter.bounds(client, 'tokens') && !limiter.bounds(client, 'money')) return undefined;
  return {
    hold: (call: PlannedCall): CallHold | undefined | Promise<CallHold> => holdCall(limiter, client, call),
  };
}
