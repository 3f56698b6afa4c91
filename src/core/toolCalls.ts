/** Runs the tools a model has asked for, one after the other, in the order of its answer. */
import type { ToolResultBlock, ToolUseBlock } from '../protocol/content.ts';
import type { ToolContext, ToolResult } from './tools/tool.ts';
import type { Requesting } from './turnRequest.ts';

/** Characters of a result that are told while the turn runs; the whole of it is in the entry. */
const toldCharacters = 2_000;

/**
 * The results in the order of the calls; undefined when the turn was stopped meanwhile. One at a time, because a
 * later call may rest on what an earlier one wrote.
 */
export async function runTools(
  { deps, plan, progress, tools, signal }: Requesting,
  calls: readonly ToolUseBlock[],
): Promise<ToolResultBlock[] | undefined> {
  const turn = { sessionId: plan.sessionId, turnId: plan.user.turnId };
  const inContext = new Set(progress.report?.segments.flatMap(({ entryIds = [] }) => entryIds));
  const results: ToolResultBlock[] = [];
  for (const call of calls) {
    const context: ToolContext = {
      sessionId: plan.sessionId,
      leafId: progress.last.id,
      now: deps.clock.now(),
      inContext,
      signal,
      masked: async (text) => (await deps.masker.texts([text], plan.sessionId))[0] ?? '',
      append: (draft) => progress.append(draft),
    };
    const result = await unlessAborted(tools.call(call, context), signal);
    if (!result) return undefined;
    const { isError } = result;
    // Before anybody hears of it: a tool reads what others wrote.
    const [content = ''] = await deps.masker.texts([result.content], plan.sessionId);
    deps.emit({
      type: 'turn.tool_result',
      ...turn,
      id: call.id,
      isError,
      text: content.slice(0, toldCharacters),
    });
    results.push({
      type: 'tool_result',
      tool_use_id: call.id,
      content: [{ type: 'text', text: content }],
      ...(isError ? { is_error: true } : {}),
    });
  }
  return results;
}

/** Stopping a turn does not wait for a tool that does not listen to its signal. */
async function unlessAborted(
  running: Promise<ToolResult>,
  signal: AbortSignal,
): Promise<ToolResult | undefined> {
  let onAbort = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  // A tool that fails after the turn has let go of it has nobody to tell.
  running.catch(() => undefined);
  try {
    return signal.aborted ? undefined : await Promise.race([running, aborted]);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
