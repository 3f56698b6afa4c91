/** One turn, from its accepted input to its terminal entry. */
import type { ToolUseBlock } from '../protocol/content.ts';
import type { Door } from '../protocol/entries.ts';
import { CausewayError, toErrorInfo, tooManyToolRounds } from './errors.ts';
import { withinSession } from './profiles/workspaceLimits.ts';
import { runTools } from './toolCalls.ts';
import { Tools } from './tools/registry.ts';
import type { Ending, TurnDependencies, TurnPlan } from './turnDependencies.ts';
import { assistantEntry, finish, terminalEntry } from './turnEnd.ts';
import { TurnProgress } from './turnProgress.ts';
import { type Requesting, request } from './turnRequest.ts';

/**
 * Requests of one turn. Each sends the whole context again. A plan of ten steps that is written, looked up and ticked
 * off one call at a time takes about twenty; a model that asks on after that goes in circles at the user's expense.
 */
const mostRequests = 24;

/**
 * Runs a turn whose lease is held. It always ends with a terminal entry, unless the lease was lost, when whoever
 * took it has written one. Never rejects.
 */
export async function runTurn(deps: TurnDependencies, plan: TurnPlan, signal: AbortSignal): Promise<void> {
  const { sessionId, user, provider, model } = plan;
  const turn = { sessionId, turnId: user.turnId };
  deps.emit({ type: 'turn.started', ...turn, provider: provider.id, model: model.id });
  const lost = new AbortController();
  const either = AbortSignal.any([signal, lost.signal]);
  const progress = new TurnProgress(deps.store, user, model.price);
  let ending: Ending;
  try {
    const chosen = plan.client?.profile ?? (await deps.profileOf(sessionId));
    // A turn that a program asks for looks no further than its session; one in a program's own wire says so itself.
    const isBound = plan.client === undefined && isOfProgram(user.door);
    const profile = isBound ? withinSession(chosen, deps.settings.recall) : chosen;
    const tools = plan.client
      ? new Tools([], deps.log)
      : await deps.toolsFor(sessionId, profile, model, user.grounding);
    const onLost = () => lost.abort();
    ending = await rounds({ deps, plan, progress, profile, tools, signal: either, onLost });
  } catch (error) {
    if (!(error instanceof CausewayError)) deps.log.error('A turn failed in an unexpected way.', error);
    ending = either.aborted ? { outcome: 'stopped' } : { outcome: 'failed', error: toErrorInfo(error) };
  }
  if (lost.signal.aborted) return;
  await finish(deps, plan, progress, terminalEntry(deps, plan, progress, ending));
}

const isOfProgram = (door: Door): boolean => door === 'bridge' || door === 'mcp';

/** Asks the model, runs the tools it asks for, and asks it again with their results, until it has answered. */
async function rounds(requesting: Requesting): Promise<Ending> {
  const { plan, progress, signal } = requesting;
  for (let number = 1; ; number++) {
    const ending = await request(requesting);
    // A program runs its calls itself, and comes back with their results.
    const calls = ending.outcome === 'done' && !plan.client ? callsOf(ending, plan) : undefined;
    if (!calls) return ending;
    if (number === mostRequests)
      return { ...ending, outcome: 'failed', error: toErrorInfo(tooManyToolRounds(mostRequests)) };
    await keepAnswer(requesting);
    if (calls.length === 0) continue;
    const results = await runTools(requesting, calls);
    if (!results || signal.aborted) return { outcome: 'stopped' };
    await progress.append({ ...mark(requesting), kind: 'tool_result', results });
  }
}

/**
 * The calls of an answer after which the model waits for us: none where it only paused, undefined where it is done.
 * A call whose input was cut off is no call, and an answer without anything in it cannot be continued.
 */
function callsOf({ stopReason }: Ending, { answer }: TurnPlan): ToolUseBlock[] | undefined {
  const content = answer.content();
  const calls = content.filter((block) => block.type === 'tool_use');
  if (stopReason === 'tool_use' && calls.length > 0) return calls;
  return stopReason === 'pause_turn' && content.length > 0 ? [] : undefined;
}

/** Stores this part of the answer before its tools run, so that what they do has its reason in the log. */
async function keepAnswer({ deps, plan, progress }: Requesting): Promise<void> {
  const { requestUsage } = progress;
  const entry = {
    ...assistantEntry(deps, plan, progress),
    requestUsage: requestUsage ?? null,
  };
  plan.answer.storing(entry.id);
  await progress.append(entry);
  plan.answer.stored(entry.id);
}

const mark = ({ deps, plan: { user } }: Requesting) => ({
  id: crypto.randomUUID(),
  turnId: user.turnId,
  at: deps.clock.now(),
  door: user.door,
  ...(user.client === undefined ? {} : { client: user.client }),
});
