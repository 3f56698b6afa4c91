/** What the API says it did with the context on its side. Such answers are read whatever was asked for. */
import { z } from 'zod';
import type { Usage } from '../../../protocol/content.ts';
import type { LeftOut } from '../provider.ts';

const count = z.number().int().nonnegative().nullish();
const iteration = z.looseObject({
  type: z.string(),
  input_tokens: count,
  output_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
});
/** The parts of `message_delta` that the stable types do not have. */
const deltaEvent = z.looseObject({
  context_management: z
    .looseObject({
      applied_edits: z.array(z.looseObject({ type: z.string(), cleared_input_tokens: count })).nullish(),
    })
    .nullish(),
  usage: z.looseObject({ iterations: z.array(iteration).nullish() }).nullish(),
});

export interface Altered {
  leftOut: LeftOut[];
  /** Of summaries, which the message's own usage leaves out though they are paid for. */
  summaries: Usage | undefined;
}

/** Of a `message_delta`; a gateway in between may send what fits nothing, which then says nothing. */
export function alteredBy(event: unknown): Altered {
  const parsed = deltaEvent.safeParse(event);
  if (!parsed.success) return { leftOut: [], summaries: undefined };
  const { context_management: management, usage } = parsed.data;
  const iterations = (usage?.iterations ?? []).filter(({ type }) => type === 'compaction');
  const sum = (of: (one: z.infer<typeof iteration>) => number | null | undefined) =>
    iterations.reduce((total, one) => total + (of(one) ?? 0), 0);
  return {
    leftOut: (management?.applied_edits ?? []).map(({ type, cleared_input_tokens: tokens }) => ({
      label: type.startsWith('clear_thinking') ? 'Earlier thinking' : 'Older results of tools',
      tokens: tokens ?? 0,
      reason: "Claude's API left it out of what the model read, as causeway.anthropic.contextEditing asks.",
    })),
    summaries:
      iterations.length === 0
        ? undefined
        : {
            inputTokens: sum((one) => one.input_tokens),
            outputTokens: sum((one) => one.output_tokens),
            cacheCreationTokens: sum((one) => one.cache_creation_input_tokens),
            cacheReadTokens: sum((one) => one.cache_read_input_tokens),
          },
  };
}

/**
 * The log has no block for the API's summary, which belongs to one model and can be read by nobody else: the entries it
 * stands for are still here, and frames take their place for every provider.
 */
export const summarised: LeftOut = {
  label: 'The conversation before this turn',
  tokens: 0,
  reason:
    "It nearly filled the window, so Claude's API read a summary instead. The summary is not kept; the entries are.",
};
