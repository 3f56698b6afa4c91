/** The last entry of a turn, and that it is stored whatever the store says at first. */
import type { AssistantEntryDraft } from '../protocol/entries.ts';
import { toErrorInfo, unexpected } from './errors.ts';
import type { Ending, TurnDependencies, TurnPlan } from './turnDependencies.ts';
import type { TurnProgress } from './turnProgress.ts';
import { untilStored } from './untilStored.ts';

/** What every assistant entry of the turn says of itself. */
export function assistantEntry(
  deps: Pick<TurnDependencies, 'clock'>,
  plan: TurnPlan,
  progress: TurnProgress,
): AssistantEntryDraft {
  const { user, provider, model, answer } = plan;
  return {
    id: crypto.randomUUID(),
    kind: 'assistant',
    turnId: user.turnId,
    parentId: progress.last.id,
    at: deps.clock.now(),
    door: user.door,
    ...(user.client === undefined ? {} : { client: user.client }),
    provider: provider.id,
    model: model.id,
    content: answer.content(),
    ...(progress.report === undefined ? {} : { report: progress.report }),
  };
}

export function terminalEntry(
  deps: Pick<TurnDependencies, 'clock'>,
  plan: TurnPlan,
  progress: TurnProgress,
  ending: Ending,
): AssistantEntryDraft {
  const { usage, costUsd, requestUsage } = progress;
  return {
    ...assistantEntry(deps, plan, progress),
    outcome: ending.outcome,
    ...(ending.stopReason === undefined ? {} : { stopReason: ending.stopReason }),
    ...(ending.error === undefined ? {} : { error: ending.error }),
    ...(usage === undefined ? {} : { usage }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(requestUsage === usage ? {} : { requestUsage: requestUsage ?? null }),
    ...(progress.cached ? { cached: true as const } : {}),
  };
}

/** Waits 3.6 s in all, in which a database that another window has just encrypted is given its key. */
const attemptsWhenShut = 5;

/** Resolves when the entry is stored, or the turn is over otherwise, or the store lets nothing in any more. */
export async function finish(
  deps: TurnDependencies,
  plan: TurnPlan,
  progress: TurnProgress,
  whole: AssistantEntryDraft,
): Promise<void> {
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
  const { last } = progress;
  const entry = { ...whole, outcome: 'failed' as const, error, parentId: last.id, seq: last.seq + 1 };
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
  const {
    stopReason: _,
    usage: _usage,
    costUsd: _cost,
    requestUsage: _last,
    report: _report,
    ...rest
  } = draft;
  return { ...rest, content: [], outcome: 'failed', error: toErrorInfo(unexpected(cause)) };
}
