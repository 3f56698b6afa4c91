/** When a model fails before a word of its answer, the next one of its route takes over within the same turn. */
import { fallbackKindOf } from './providers/routes.ts';
import type { Ending } from './turnDependencies.ts';
import type { Requesting } from './turnRequest.ts';

/**
 * True when another model has taken over and is to be asked. The context is gathered anew for it, since it takes other
 * sizes and tools; whoever watches hears again that the turn has started, with the model that answers now.
 */
export async function standsIn(requesting: Requesting, { error }: Ending): Promise<boolean> {
  const { deps, plan, progress, profile, signal } = requesting;
  const kind = error && fallbackKindOf(error.code);
  const [next, ...models] = plan.standIns?.models ?? [];
  if (!kind || !next || !plan.standIns?.on.includes(kind)) return false;
  if (!plan.answer.isEmpty || signal.aborted) return false;
  deps.log.warn(
    `${plan.model.provider}/${plan.model.id} failed: ${error.code}. ${next.model.provider}/${next.model.id} takes over.`,
  );
  plan.provider = next.provider;
  plan.model = next.model;
  plan.standIns = { ...plan.standIns, models };
  progress.price = next.model.price;
  progress.context = undefined;
  requesting.tools = await deps.toolsFor(plan.sessionId, profile, next.model, plan.user.grounding);
  const { provider, model, sessionId, user } = plan;
  deps.emit({ type: 'turn.started', sessionId, turnId: user.turnId, provider: provider.id, model: model.id });
  return true;
}
