/** One turn, from its accepted input to its terminal entry. */

import { plainText, type StopReason, type Usage } from '../protocol/content.ts';
import type { AssistantEntryDraft, Door, TurnOutcome, UserEntry } from '../protocol/entries.ts';
import type { ErrorInfo } from '../protocol/errors.ts';
import type { ContextReport } from '../protocol/report.ts';
import { reportTokens } from '../protocol/report.ts';
import type { TurnEvent } from '../protocol/turnEvents.ts';
import type { Answer } from './answer.ts';
import { Checkpoints } from './checkpoints.ts';
import type { ContextBuilder } from './context/contextBuilder.ts';
import type { TokenFactors } from './context/factors.ts';
import { CausewayError, toErrorInfo, unexpected } from './errors.ts';
import type { Clock, CoreSettings, Log } from './ports.ts';
import { costOf, promptTokens } from './providers/prices.ts';
import type { ModelInfo, Provider, ProviderEvent } from './providers/provider.ts';
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
  /** Hears the events between `turn.started` and the terminal one, which the store's change brings. */
  emit(event: TurnEvent): void;
}

export interface TurnPlan {
  sessionId: string;
  user: UserEntry;
  provider: Provider;
  model: ModelInfo;
  excluded: readonly string[];
  door: Door;
  client: string | undefined;
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

/** After the API found a request too long, the budget of the one further try. */
const shrinkAfterOverflow = 0.75;

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
  await finish(deps, terminalEntry(deps, plan, answer, ending, report));
}

async function answerTurn(
  deps: TurnDependencies,
  plan: TurnPlan,
  answer: Answer,
  checkpoints: Checkpoints,
  signal: AbortSignal,
): Promise<{ ending: Ending; report: ContextReport }> {
  let attempt = await request(deps, plan, answer, checkpoints, signal, 1);
  if (attempt.ending.error?.code === 'prompt_too_long' && answer.isEmpty && !signal.aborted) {
    attempt = await request(deps, plan, answer, checkpoints, signal, shrinkAfterOverflow);
  }
  return attempt;
}

async function request(
  deps: TurnDependencies,
  plan: TurnPlan,
  answer: Answer,
  checkpoints: Checkpoints,
  signal: AbortSignal,
  shrink: number,
): Promise<{ ending: Ending; report: ContextReport }> {
  const { model, provider, user } = plan;
  const assembly = await deps.context.build({
    sessionId: plan.sessionId,
    input: user,
    parentId: user.parentId,
    model,
    excluded: plan.excluded,
    shrink,
  });
  const stream = provider.stream(
    {
      model: model.id,
      system: assembly.system,
      messages: assembly.messages,
      tools: [],
      maxOutputTokens: assembly.report.outputReserve,
      ...(deps.settings.thinking ? { thinking: 'adaptive' as const } : {}),
      question: plainText(user.content),
    },
    signal,
  );
  let usage: Usage | undefined;
  for await (const event of stream) {
    if (answer.take(event)) checkpoints.touch();
    relay(deps, plan, event);
    if (event.type === 'usage' || event.type === 'stop') usage = event.usage;
    const ending = endingOf(event, usage);
    if (!ending) continue;
    if (usage && ending.outcome === 'done') {
      deps.factors.learn(model, reportTokens(assembly.report), promptTokens(usage));
    }
    return { ending, report: assembly.report };
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
    door: plan.door,
    ...(plan.client === undefined ? {} : { client: plan.client }),
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

async function finish(deps: TurnDependencies, whole: AssistantEntryDraft): Promise<void> {
  let draft = whole;
  await untilStored(
    () => deps.store.finishTurn(draft.turnId, draft),
    deps.closing,
    (error) => {
      const { code } = toErrorInfo(error);
      // Another process has closed the turn, whose terminal entry reaches us as a change of the store, or its session
      // was purged.
      if (code === 'lease_lost' || code === 'not_found') return false;
      deps.log.error(`The end of a turn could not be stored: ${code}.`, error);
      // What the store does not take as it is must not leave the turn open.
      if (code !== 'store_unavailable') draft = bare(whole, error);
      return true;
    },
  );
}

/** The end of a turn without anything of its answer. */
function bare(draft: AssistantEntryDraft, cause: unknown): AssistantEntryDraft {
  const { stopReason: _, usage: _usage, costUsd: _cost, report: _report, ...rest } = draft;
  return { ...rest, content: [], outcome: 'failed', error: toErrorInfo(unexpected(cause)) };
}
