/** One turn, from its accepted input to its terminal entry. */

import { plainText, type StopReason, type Usage } from '../protocol/content.ts';
import type { AssistantEntryDraft, TurnOutcome, UserEntry } from '../protocol/entries.ts';
import type { ErrorInfo } from '../protocol/errors.ts';
import type { ContextReport } from '../protocol/report.ts';
import { reportTokens } from '../protocol/report.ts';
import type { TurnEvent } from '../protocol/turnEvents.ts';
import type { Answer } from './answer.ts';
import { Checkpoints } from './checkpoints.ts';
import type { BuiltContext, ContextBuilder, ContextRequest } from './context/contextBuilder.ts';
import { buildAfterRefusal, buildWithin, type ExactFit } from './context/exactFit.ts';
import type { TokenFactors } from './context/factors.ts';
import { providerRequest } from './context/providerRequest.ts';
import { CausewayError, toErrorInfo, unexpected } from './errors.ts';
import type { Clock, CoreSettings, Log } from './ports.ts';
import { costOf, promptTokens } from './providers/prices.ts';
import type { ModelInfo, Provider, ProviderEvent, ProviderRequest } from './providers/provider.ts';
import type { SessionStore } from './session/store.ts';
import { untilStored } from './untilStored.ts';

export interface TurnDependencies {
  store: SessionStore;
  context: ContextBuilder;
  factors: TokenFactors;
  settings: CoreSettings;
  clock: Clock;
  log: Log;
  /** Aborted when the process is about to end. */
  closing: AbortSignal;
  /**
   * Hears the events between `turn.started` and the terminal one, which the store's change brings; and the terminal
   * one too when the store lets nothing in.
   */
  emit(event: TurnEvent): void;
}

export interface TurnPlan {
  sessionId: string;
  user: UserEntry;
  provider: Provider;
  model: ModelInfo;
  /** Grows as the turn goes on; whoever comes late reads from it what has arrived. */
  answer: Answer;
}

/** How a request ended. */
interface Ending {
  outcome: Exclude<TurnOutcome, 'interrupted'>;
  stopReason?: StopReason;
  usage?: Usage;
  error?: ErrorInfo;
}

/**
 * Runs a turn whose lease is held. It always ends with a terminal entry, unless the lease was lost, when whoever
 * took it has written one. Never rejects.
 */
export async function runTurn(deps: TurnDependencies, plan: TurnPlan, signal: AbortSignal): Promise<void> {
  const turn = { sessionId: plan.sessionId, turnId: plan.user.turnId };
  deps.emit({ type: 'turn.started', ...turn, provider: plan.provider.id, model: plan.model.id });
  const { answer } = plan;
  const lost = new AbortController();
  const checkpoints = new Checkpoints({
    write: (content) => deps.store.checkpoint(turn.turnId, content),
    content: () => answer.content(),
    onLost: () => lost.abort(),
    onError: (error) => deps.log.warn(`A checkpoint was not written: ${toErrorInfo(error).code}.`),
  });
  const either = AbortSignal.any([signal, lost.signal]);
  let report: ContextReport | undefined;
  let ending: Ending;
  try {
    ({ ending, report } = await answerTurn(deps, plan, answer, checkpoints, either));
  } catch (error) {
    if (!(error instanceof CausewayError)) deps.log.error('A turn failed in an unexpected way.', error);
    ending = either.aborted ? { outcome: 'stopped' } : { outcome: 'failed', error: toErrorInfo(error) };
  }
  await checkpoints.stop();
  if (lost.signal.aborted) return;
  await finish(deps, plan, terminalEntry(deps, plan, answer, ending, report));
}

async function answerTurn(
  deps: TurnDependencies,
  plan: TurnPlan,
  answer: Answer,
  checkpoints: Checkpoints,
  signal: AbortSignal,
): Promise<{ ending: Ending; report: ContextReport }> {
  const { model, provider, user } = plan;
  const question = plainText(user.content);
  const fit: ExactFit = {
    context: deps.context,
    factors: deps.factors,
    requestOf: (built) => providerRequest(built.report, built, question),
    ...(provider.countTokens ? { countTokens: provider.countTokens.bind(provider) } : {}),
    signal,
  };
  const wanted: ContextRequest = {
    sessionId: plan.sessionId,
    input: user,
    parentId: user.parentId,
    model,
  };
  let built = await buildWithin(fit, wanted);
  let ending = await ask(deps, plan, built, fit.requestOf(built), answer, checkpoints, signal);
  if (ending.error?.code === 'prompt_too_long' && answer.isEmpty && !signal.aborted) {
    built = await buildAfterRefusal(fit, wanted, built);
    ending = await ask(deps, plan, built, fit.requestOf(built), answer, checkpoints, signal);
  }
  return { ending, report: built.report };
}

/** Sends one request and takes in its answer. */
async function ask(
  deps: TurnDependencies,
  plan: TurnPlan,
  built: BuiltContext,
  request: ProviderRequest,
  answer: Answer,
  checkpoints: Checkpoints,
  signal: AbortSignal,
): Promise<Ending> {
  const { model, provider } = plan;
  let usage: Usage | undefined;
  for await (const event of provider.stream(request, signal)) {
    if (answer.take(event)) checkpoints.touch();
    relay(deps, plan, event);
    if (event.type === 'usage' || event.type === 'stop') usage = event.usage;
    const ending = endingOf(event, usage);
    if (!ending) continue;
    if (usage && ending.outcome === 'done') {
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

function relay(deps: TurnDependencies, plan: TurnPlan, event: ProviderEvent): void {
  const told = turnEventOf({ sessionId: plan.sessionId, turnId: plan.user.turnId }, event);
  if (told) deps.emit(told);
}

/** What subscribers hear of a provider event; undefined for those that only build the answer or end it. */
function turnEventOf(
  turn: { sessionId: string; turnId: string },
  event: ProviderEvent,
): TurnEvent | undefined {
  switch (event.type) {
    case 'text':
      return { type: 'turn.text', ...turn, block: event.block, text: event.text };
    case 'thinking':
      return { type: 'turn.thinking', ...turn, block: event.block, text: event.text };
    case 'citation':
      return { type: 'turn.citation', ...turn, block: event.block, citation: event.citation };
    case 'tool_use':
      return {
        type: 'turn.tool_call',
        ...turn,
        block: event.block,
        id: event.id,
        name: event.name,
        input: event.input,
      };
    case 'usage':
      return { type: 'turn.usage', ...turn, usage: event.usage };
    case 'retrying': {
      const { attempt, delayMs, reason } = event;
      return { type: 'turn.retrying', ...turn, attempt, delayMs, reason };
    }
    case 'start':
    case 'thinking_signature':
    case 'redacted_thinking':
    case 'stop':
    case 'error':
    case 'aborted':
      return undefined;
    default:
      return event satisfies never;
  }
}

function terminalEntry(
  deps: TurnDependencies,
  plan: TurnPlan,
  answer: Answer,
  ending: Ending,
  report: ContextReport | undefined,
): AssistantEntryDraft {
  const cost = ending.usage ? costOf(ending.usage, plan.model.price) : undefined;
  return {
    id: crypto.randomUUID(),
    kind: 'assistant',
    turnId: plan.user.turnId,
    parentId: plan.user.id,
    at: deps.clock.now(),
    door: plan.user.door,
    ...(plan.user.client === undefined ? {} : { client: plan.user.client }),
    provider: plan.provider.id,
    model: plan.model.id,
    content: answer.content(),
    outcome: ending.outcome,
    ...(ending.stopReason === undefined ? {} : { stopReason: ending.stopReason }),
    ...(ending.error === undefined ? {} : { error: ending.error }),
    ...(ending.usage === undefined ? {} : { usage: ending.usage }),
    ...(cost === undefined ? {} : { costUsd: cost }),
    ...(report === undefined ? {} : { report }),
  };
}

/** Waits 3.6 s in all, in which a database that another window has just encrypted is given its key. */
const attemptsWhenShut = 5;

async function finish(deps: TurnDependencies, plan: TurnPlan, whole: AssistantEntryDraft): Promise<void> {
  let draft = whole;
  let attempts = 0;
  let shut: unknown;
  const write = () => deps.store.finishTurn(draft.turnId, draft);
  const stored = await untilStored(write, deps.closing, (error) => {
    const { code } = toErrorInfo(error);
    shut = undefined;
    if (isOver(code)) return false;
    deps.log.error(`The end of a turn could not be stored: ${code}.`, error);
    if (isShut(code)) {
      shut = error;
      return ++attempts < attemptsWhenShut;
    }
    // What the store does not take as it is must not leave the turn open.
    if (code !== 'store_unavailable') draft = bare(whole, error);
    return true;
  });
  if (stored || shut === undefined) return;
  const error = toErrorInfo(shut);
  const { sessionId, user } = plan;
  const entry = { ...whole, outcome: 'failed' as const, error, parentId: user.id, seq: user.seq + 1 };
  deps.emit({ type: 'turn.ended', sessionId, turnId: user.turnId, entry });
  // Nobody waits for it any more, and the answer was paid for: it is stored when the key comes.
  void untilStored(write, deps.closing, (again) => {
    const { code } = toErrorInfo(again);
    return code === 'store_locked' || code === 'store_unavailable';
  });
}

/**
 * Another process has closed the turn, whose terminal entry reaches us as a change of the store, or its session was
 * purged.
 */
const isOver = (code: string): boolean => code === 'lease_lost' || code === 'not_found';

/** Another process has encrypted the database, or a newer version has taken it over; the answer itself is good. */
const isShut = (code: string): boolean => code === 'store_locked' || code === 'store_read_only';

/** The end of a turn without anything of its answer. */
function bare(draft: AssistantEntryDraft, cause: unknown): AssistantEntryDraft {
  const { stopReason: _, usage: _usage, costUsd: _cost, report: _report, ...rest } = draft;
  return { ...rest, content: [], outcome: 'failed', error: toErrorInfo(unexpected(cause)) };
}
