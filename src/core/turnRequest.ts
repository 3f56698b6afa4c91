/** One request of a turn, and the answer to it. */
import { plainText, type Usage } from '../protocol/content.ts';
import type { UserEntry } from '../protocol/entries.ts';
import { reportTokens } from '../protocol/report.ts';
import type { AnswerSource } from './answers/keptAnswers.ts';
import { watchedTurn } from './calls/watchedTurn.ts';
import { Checkpoints } from './checkpoints.ts';
import { continuedFrom } from './client/continued.ts';
import type { BuiltContext, ContextRequest } from './context/contextRequest.ts';
import {
  buildAfterRefusal,
  buildWithFewerBytes,
  buildWithin,
  type ExactFit,
  mostBytesRefusals,
} from './context/exactFit.ts';
import { providerRequest } from './context/providerRequest.ts';
import { CausewayError, toErrorInfo } from './errors.ts';
import { plannedCall } from './plannedCall.ts';
import type { Profile } from './profiles/profile.ts';
import { recallScope } from './profiles/workspaceLimits.ts';
import { costOf, promptTokens } from './providers/prices.ts';
import type { Leaving, ProviderEvent, ProviderRequest } from './providers/provider.ts';
import { fallbackKindOf } from './providers/routes.ts';
import { standsIn } from './standIns.ts';
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

/** Asks the model for the next part of the answer, or one that stands in for it. Throws `input_too_large`. */
export async function request(requesting: Requesting): Promise<Ending> {
  const { deps, plan, progress } = requesting;
  const { answer } = plan;
  const checkpoints = new Checkpoints({
    write: (content) => deps.store.checkpoint(plan.user.turnId, content),
    content: () => answer.content(),
    onLost: requesting.onLost,
    onError: (error) => deps.log.warn(`A checkpoint was not written: ${toErrorInfo(error).code}.`),
  });
  try {
    for (;;) {
      let refused: unknown;
      const ending = await askWithin(requesting, checkpoints).catch((error: unknown): Ending => {
        if (!(error instanceof CausewayError && error.code === 'input_too_large')) throw error;
        refused = error;
        return { outcome: 'failed', error: toErrorInfo(error) };
      });
      if (refused === undefined) progress.spend(ending.usage);
      if (await standsIn(requesting, ending)) continue;
      if (refused !== undefined) throw refused;
      return ending;
    }
  } finally {
    // A write under way must not come after the entry that takes its place.
    await checkpoints.stop();
  }
}

/** How often a refusal for its length is answered with a smaller request. */
const mostRefusals: Readonly<Record<string, number>> = {
  prompt_too_long: 1,
  request_too_large: mostBytesRefusals,
};

/** Asks with a context that fits, and again with a smaller one where it did not after all. */
async function askWithin(requesting: Requesting, checkpoints: Checkpoints): Promise<Ending> {
  const { deps, plan, progress, signal } = requesting;
  const fit = fitOf(requesting);
  const continued = await continuedFrom(deps.store, plan.sessionId, plan.user);
  const wanted = wantedContext(requesting, continued?.input);
  // What a turn begins with stands while it lasts, so that what its first request had is read from the cache.
  const extended = (first: BuiltContext) => {
    progress.context = first;
    const said = [...(continued?.said ?? []), ...progress.entries];
    return said.length === 0 ? first : deps.context.extend(first, said, plan.sessionId);
  };
  let built = await extended(progress.context ?? (await buildWithin(fit, wanted)));
  for (let refusals = 1; ; refusals++) {
    const ending = await askHeld(requesting, built, fit.requestOf(built), checkpoints);
    const code = ending.error?.code ?? '';
    if (refusals > (mostRefusals[code] ?? 0) || !plan.answer.isEmpty || signal.aborted) return ending;
    progress.spend(ending.usage);
    built = await extended(
      code === 'request_too_large'
        ? await buildWithFewerBytes(fit, wanted, built, refusals)
        : await buildAfterRefusal(fit, wanted, built),
    );
  }
}

function fitOf({ deps, plan, signal }: Requesting): ExactFit {
  const { provider, user } = plan;
  const question = plainText(user.content);
  // The user's own questions are answered with quotes whatever goes along with them; that is what answers offline.
  const withoutFiles = user.client !== undefined && user.grounding === 'off';
  return {
    context: deps.context,
    factors: deps.factors,
    requestOf: (built) => ({
      ...providerRequest(built.report, built, question),
      ...(withoutFiles ? { withoutFiles } : {}),
    }),
    ...(provider.countTokens ? { countTokens: provider.countTokens.bind(provider) } : {}),
    signal,
  };
}

/** `begun` is the input that a turn with results alone goes on from, whose request it makes once more. */
function wantedContext({ deps, plan, profile, tools }: Requesting, begun?: UserEntry): ContextRequest {
  const { user, client } = plan;
  const common = {
    sessionId: plan.sessionId,
    input: begun ? { ...begun, grounding: user.grounding } : user,
    parentId: begun ? begun.parentId : user.parentId,
    model: plan.model,
  };
  // What a program may read of other sessions is not for a turn to decide.
  if (client) return { ...common, client, tools: client.tools, recall: client.recall ? 'session' : 'off' };
  const recall = recallScope(profile, deps.settings.recall);
  return { ...common, persona: profile, recall, tools: tools.definitions };
}

/** Asks once what the request may take at most is held. Throws what the budget throws; then nothing was sent. */
async function askHeld(
  requesting: Requesting,
  gathered: BuiltContext,
  request: ProviderRequest,
  checkpoints: Checkpoints,
): Promise<Ending> {
  const { model, provider, budget } = requesting.plan;
  // Before anything is held or looked up: what is paid for and kept is what leaves.
  let leaving: Leaving = { request };
  try {
    leaving = (await provider.leaving?.(request, requesting.signal)) ?? leaving;
  } catch (error) {
    if (requesting.signal.aborted) return { outcome: 'stopped' };
    throw error;
  }
  const { request: sent, changes } = leaving;
  const built = changes ? { ...gathered, report: { ...gathered.report, transformed: changes } } : gathered;
  const source = await requesting.deps.kept.source(requesting.plan, sent);
  requesting.progress.cached = source.hit;
  const spends = provider.remote && !source.hit;
  const hold = spends ? await budget?.hold?.(plannedCall(model, sent)) : undefined;
  let ending: Ending | undefined;
  try {
    ending = await ask(requesting, built, sent, checkpoints, source);
    return ending;
  } finally {
    const { usage } = ending ?? {};
    const costUsd = usage && costOf(usage, model.price);
    // A server that tells no counts has taken some all the same; one that refused has taken none.
    const counted = usage !== undefined && promptTokens(usage) > 0;
    const certain = (ending?.outcome === 'done' && counted) || (ending !== undefined && wasRefused(ending));
    hold?.settle({ usage, costUsd, certain });
  }
}

/** Errors with which nothing was taken in: the request was not sent, or not let in. */
const refusals: ReadonlySet<string> = new Set([
  'restricted_mode',
  'local_only',
  'masking_failed',
  'no_api_key',
  'api_key_rejected',
  'rate_limited',
  'overloaded',
  'prompt_too_long',
  'request_too_large',
  'model_not_found',
]);
const wasRefused = ({ error, usage }: Ending): boolean =>
  error !== undefined && usage === undefined && refusals.has(error.code);

/** Sends one request and takes in its answer. */
async function ask(
  { deps, plan, progress, signal }: Requesting,
  built: BuiltContext,
  sent: ProviderRequest,
  checkpoints: Checkpoints,
  source: AnswerSource,
): Promise<Ending> {
  const { answer, model, provider, user, sessionId } = plan;
  progress.send(built.report);
  const turn = { sessionId, turnId: user.turnId };
  let usage: Usage | undefined;
  const name = `${model.provider}/${model.id}`;
  // A kept answer says nothing of how the model is now.
  if (!source.hit) deps.breakers.began(name);
  // Where another can take over at once, nobody waits for this one to come back.
  const request = (plan.standIns?.models.length ?? 0) > 0 ? { ...sent, retries: 0 } : sent;
  const stream = source.stream(request, signal);
  const masked = built.report.masked?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const about = { sessionId, user, model, masked, cached: source.hit, client: plan.budget?.client };
  for await (const event of provider.remote ? watchedTurn(deps, about, stream) : stream) {
    if (answer.take(event)) checkpoints.touch();
    const told = turnEventOf(turn, event);
    if (told) deps.emit(told);
    plan.client?.hear(event);
    if (event.type === 'usage' || event.type === 'stop') usage = event.usage;
    if (event.type === 'usage') deps.emit({ type: 'turn.usage', ...turn, usage: progress.with(event.usage) });
    const ending = endingOf(event, usage);
    if (!ending) continue;
    if (ending.outcome === 'done') {
      if (!source.hit) deps.breakers.succeeded(name);
    } else if (ending.error && fallbackKindOf(ending.error.code))
      deps.breakers.failed(name, ending.error.retryAfterMs);
    const leftOut = event.type === 'stop' ? event.leftOut : undefined;
    if (leftOut) progress.report = { ...built.report, omitted: [...built.report.omitted, ...leftOut] };
    // What was not read whole, not now, or as something else, says nothing of how the whole would have counted.
    if (usage && ending.outcome === 'done' && !leftOut && !source.hit && !built.report.transformed) {
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
