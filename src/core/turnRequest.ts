/** One request of a turn, and the answer to it. */
import { plainText, type Usage } from '../protocol/content.ts';
import { reportTokens } from '../protocol/report.ts';
import { Checkpoints } from './checkpoints.ts';
import { toErrorInfo } from './errors.ts';
import type { Profile } from './profiles/profile.ts';
import { promptTokens } from './providers/prices.ts';
import type { ProviderEvent } from './providers/provider.ts';
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

/** After the API found a request too long, the budget of the one further try. */
const shrinkAfterOverflow = 0.75;

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
  try {
    let ending = await attempt(requesting, checkpoints, 1);
    if (ending.error?.code === 'prompt_too_long' && answer.isEmpty && !signal.aborted) {
      progress.spend(ending.usage);
      ending = await attempt(requesting, checkpoints, shrinkAfterOverflow);
    }
    progress.spend(ending.usage);
    return ending;
  } finally {
    // A write under way must not come after the entry that takes its place.
    await checkpoints.stop();
  }
}

async function attempt(
  { deps, plan, progress, profile, tools, signal }: Requesting,
  checkpoints: Checkpoints,
  shrink: number,
): Promise<Ending> {
  const { answer, model, provider, user, sessionId } = plan;
  const assembly = await deps.context.build({
    sessionId,
    input: user,
    parentId: user.parentId,
    model,
    excluded: user.excluded ?? [],
    shrink,
    profile,
    tools: tools.definitions,
    continuation: progress.entries,
  });
  progress.report = assembly.report;
  const stream = provider.stream(
    {
      model: model.id,
      system: assembly.system,
      messages: assembly.messages,
      tools: tools.definitions,
      maxOutputTokens: assembly.report.outputReserve,
      ...(deps.settings.thinking ? { thinking: 'adaptive' as const } : {}),
      question: plainText(user.content),
    },
    signal,
  );
  const turn = { sessionId, turnId: user.turnId };
  let usage: Usage | undefined;
  for await (const event of stream) {
    if (answer.take(event)) checkpoints.touch();
    const told = turnEventOf(turn, event);
    if (told) deps.emit(told);
    if (event.type === 'usage' || event.type === 'stop') usage = event.usage;
    if (event.type === 'usage') deps.emit({ type: 'turn.usage', ...turn, usage: progress.with(event.usage) });
    const ending = endingOf(event, usage);
    if (!ending) continue;
    const leftOut = event.type === 'stop' ? event.leftOut : undefined;
    if (leftOut)
      progress.report = {
        ...assembly.report,
        omitted: [...assembly.report.omitted, ...leftOut],
      };
    // What was not read whole says nothing of how the whole would have counted.
    if (usage && ending.outcome === 'done' && !leftOut) {
      deps.factors.learn(model, reportTokens(assembly.report), promptTokens(usage));
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
