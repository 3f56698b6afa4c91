/** One request of a turn, and the answer to it. */
import { plainText, type Usage } from '../protocol/content.ts';
import { reportTokens } from '../protocol/report.ts';
import { Checkpoints } from './checkpoints.ts';
import type { BuiltContext, ContextRequest } from './context/contextBuilder.ts';
import { buildAfterRefusal, buildWithin, type ExactFit } from './context/exactFit.ts';
import { providerRequest } from './context/providerRequest.ts';
import { toErrorInfo } from './errors.ts';
import { plannedCall } from './plannedCall.ts';
import type { Profile } from './profiles/profile.ts';
import { recallScope } from './profiles/workspaceLimits.ts';
import { costOf, promptTokens } from './providers/prices.ts';
import type { ProviderEvent, ProviderRequest } from './providers/provider.ts';
import type { Tools } from './tools/registry.ts';
import type { Ending, TurnDependencies, TurnPlan } from './turnDependencies.ts';
import { turnEventOf } from './turnEventOf.ts';
import type { TurnProgress } from './turnProgress.ts';

export interface Requesting {
  deps: TurnDependencies;
  plan: TurnPlan;
  progress: TurnProgress;
  profile: Profile;
  tools: Tools;
  signal: AbortSignal;
  /** Called when the store says that the turn is no longer ours. */
  onLost(): void;
}

/** Asks the model for the next part of the answer. Throws `input_too_large`. */
export async function request(requesting: Requesting): Promise<Ending> {
  const { deps, plan, progress, signal } = requesting;
  const { answer } = plan;
  const checkpoints = new Checkpoints({
    write: (content) => deps.store.checkpoint(plan.user.turnId, content),
    content: () => answer.content(),
    onLost: requesting.onLost,
    onError: (error) => deps.log.warn(`A checkpoint was not written: ${toErrorInfo(error).code}.`),
  });
  const fit = fitOf(requesting);
  const wanted = wantedContext(requesting);
  // What a turn begins with stands while it lasts, so that what its first request had is read from the cache.
  const extended = (first: BuiltContext) => {
    progress.context = first;
    return progress.entries.length === 0
      ? first
      : deps.context.extend(first, progress.entries, plan.sessionId);
  };
  try {
    const built = await extended(progress.context ?? (await buildWithin(fit, wanted)));
    let ending = await askWithin(requesting, built, fit.requestOf(built), checkpoints);
    if (ending.error?.code === 'prompt_too_long' && answer.isEmpty && !signal.aborted) {
      progress.spend(ending.usage);
      const smaller = await extended(await buildAfterRefusal(fit, wanted, built));
      ending = await askWithin(requesting, smaller, fit.requestOf(smaller), checkpoints);
    }
    progress.spend(ending.usage);
    return ending;
  } finally {
    // A write under way must not come after the entry that takes its place.
    await checkpoints.stop();
  }
}

function fitOf({ deps, plan, signal }: Requesting): ExactFit {
  const { provider, user } = plan;
  const question = plainText(user.content);
  return {
    context: deps.context,
    factors: deps.factors,
    requestOf: (built) => providerRequest(built.report, built, question),
    ...(provider.countTokens ? { countTokens: provider.countTokens.bind(provider) } : {}),
    signal,
  };
}

const wantedContext = ({ deps, plan, profile, tools }: Requesting): ContextRequest => ({
  sessionId: plan.sessionId,
  input: plan.user,
  parentId: plan.user.parentId,
  model: plan.model,
  persona: profile,
  recall: recallScope(profile, deps.settings.recall),
  tools: tools.definitions,
});

/** Asks once what the request may take at most is held. Throws what the budget throws; then nothing was sent. */
async function askWithin(
  requesting: Requesting,
  built: BuiltContext,
  sent: ProviderRequest,
  checkpoints: Checkpoints,
): Promise<Ending> {
  const { model, provider, budget } = requesting.plan;
  const hold = provider.remote ? await budget?.hold(plannedCall(model, sent)) : undefined;
  let ending: Ending | undefined;
  try {
    ending = await ask(requesting, built, sent, checkpoints);
    return ending;
  } finally {
    const { usage } = ending ?? {};
    const costUsd = usage && costOf(usage, model.price);
    hold?.settle({ usage, costUsd, certain: ending?.outcome === 'done' && usage !== undefined });
  }
}

/** Sends one request and takes in its answer. */
async function ask(
  { deps, plan, progress, signal }: Requesting,
  built: BuiltContext,
  sent: ProviderRequest,
  checkpoints: Checkpoints,
): Promise<Ending> {
  const { answer, model, provider, user, sessionId } = plan;
  progress.send(built.report);
  const turn = { sessionId, turnId: user.turnId };
  let usage: Usage | undefined;
  for await (const event of provider.stream(sent, signal)) {
    if (answer.take(event)) checkpoints.touch();
    const told = turnEventOf(turn, event);
    if (told) deps.emit(told);
    if (event.type === 'usage' || event.type === 'stop') usage = event.usage;
    if (event.type === 'usage') deps.emit({ type: 'turn.usage', ...turn, usage: progress.with(event.usage) });
    const ending = endingOf(event, usage);
    if (!ending) continue;
    const leftOut = event.type === 'stop' ? event.leftOut : undefined;
    if (leftOut) progress.report = { ...built.report, omitted: [...built.report.omitted, ...leftOut] };
    // What was not read whole says nothing of how the whole would have counted.
    if (usage && ending.outcome === 'done' && !leftOut) {
      const estimated = reportTokens(built.report);
      deps.factors.learn(model, { estimated, used: built.factor, actual: promptTokens(usage) });
    }
    return ending;
  }
  // The contract says this cannot be; a provider that breaks it must not leave a turn open.
  throw new TypeError(`The provider ${provider.id} ended its stream without a last event.`);
}

function endingOf(event: ProviderEvent, usage: Usage | undefined): Ending | undefined {
  const used = usage ? { usage } : {};
  switch (event.type) {
    case 'stop':
      return { outcome: 'done', stopReason: event.stopReason, ...used };
    case 'error':
      return { outcome: 'failed', error: event.error, ...used };
    case 'aborted':
      return { outcome: 'stopped', ...used };
    default:
      return undefined;
  }
}
