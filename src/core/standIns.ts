/** When a model fails before a word of its answer, the next one of its route takes over within the same turn. */
import { type FallbackKind, fallbackKindOf } from './providers/routes.ts';
import type { Ending } from './turnDependencies.ts';
import type { Requesting } from './turnRequest.ts';

/** The model is too small for what is said, which no setting of the route has to allow: the next may have room for it. */
const tooSmall: readonly string[] = ['input_too_large', 'prompt_too_long', 'request_too_large'];

function mayStandIn(code: string, on: readonly FallbackKind[]): boolean {
  const kind = fallbackKindOf(code);
  return tooSmall.includes(code) || (kind !== undefined && on.includes(kind));
}

/**
 * True when another model has taken over and is to be asked. The context is gathered anew for it, since it takes other
 * sizes and tools; whoever watches hears again that the turn has started, with the model that answers now.
 */
export async function standsIn(requesting: Requesting, { error }: Ending): Promise<boolean> {
  const { deps, plan, progress, profile, signal } = requesting;
  const { standIns } = plan;
  const [next, ...models] = standIns?.models ?? [];
  if (!error || !standIns || !next || !mayStandIn(error.code, standIns.on)) return false;
  if (!plan.answer.isEmpty || signal.aborted) return false;
  deps.log.warn(
    `${plan.model.provider}/${plan.model.id} failed: ${error.code}. ${next.model.provider}/${next.model.id} takes over.`,
  );
  plan.provider = next.provider;
  plan.model = next.model;
  plan.standIns = { ...standIns, models };
  progress.price = next.model.price;
  progress.context = undefined;
  requesting.tools = await deps.toolsFor(plan.sessionId, profile, next.model, plan.user.grounding);
  const { provider, model, sessionId, user } = plan;
  deps.emit({ type: 'turn.started', sessionId, turnId: user.turnId, provider: provider.id, model: model.id });
  return true;
}
