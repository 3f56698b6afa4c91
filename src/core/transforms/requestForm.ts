/** A request of Causeway's own as modules see it, and what they changed in it as its report tells it. Pure. */
import { z } from 'zod';
import { contentBlock } from '../../protocol/content.ts';
import { type ContextReport, segment } from '../../protocol/report.ts';
import { toolDefinitions } from '../context/toolDefinitions.ts';
import type { ProviderRequest, RequestBlock } from '../providers/provider.ts';

const cache = z.enum(['5m', '1h']);
const passage = z.strictObject({
  type: z.literal('passage'),
  place: segment.shape.place.unwrap(),
  text: z.string(),
});
const withCache = z.looseObject({ cache: cache.optional() });

/** A block with or without its mark for the prompt cache; what else a module wrote into it is left out. */
const requestBlock = withCache.transform(({ cache: mark, ...value }, context): RequestBlock => {
  const read = z.union([contentBlock, passage]).safeParse(value);
  if (read.success) return { ...read.data, ...(mark === undefined ? {} : { cache: mark }) };
  context.addIssue({ code: 'invalid_type', expected: 'object', input: value });
  return z.NEVER;
});

/** All that may be changed of a request; what is not here, such as the model, is not a module's to set. */
export const requestForm = z.strictObject({
  system: z.array(
    z.strictObject({ type: z.literal('text'), text: z.string(), cache: cache.exactOptional() }),
  ),
  messages: z.array(
    z.strictObject({
      role: z.enum(['user', 'assistant']),
      content: z.array(requestBlock),
    }),
  ),
  tools: toolDefinitions,
});
export type RequestForm = z.infer<typeof requestForm>;

export const formOf = ({ system, messages, tools }: ProviderRequest): RequestForm => ({
  system: system.map((part) => ({ type: 'text', ...part })),
  messages,
  tools,
});

export const withForm = (request: ProviderRequest, form: RequestForm): ProviderRequest => ({
  ...request,
  system: form.system.map(({ type: _, ...part }) => part),
  messages: form.messages,
  tools: form.tools,
});

type Told = NonNullable<ContextReport['transformed']>;
type Parts = Pick<ProviderRequest, 'system' | 'messages' | 'tools'>;

/** Characters that a report keeps of what was sent instead: about what one long file has. */
const mostCharacters = 64 * 1024;

/** What of a request is sent otherwise than it was put together, part by part. */
export function changesIn(before: Parts, after: Parts, files: readonly string[]): Told {
  const parts: { place: string; text: string }[] = [];
  const compare = (place: string, was: unknown, now: unknown, text: () => string) => {
    if (JSON.stringify(was) === JSON.stringify(now)) return;
    parts.push({ place, text: now === undefined ? '' : text() });
  };
  for (let at = 0; at < Math.max(before.system.length, after.system.length); at++) {
    const now = after.system[at];
    compare(`system prompt, part ${at + 1}`, before.system[at], now, () => now?.text ?? '');
  }
  for (let at = 0; at < Math.max(before.messages.length, after.messages.length); at++) {
    const now = after.messages[at];
    const role = (now ?? before.messages[at])?.role ?? '';
    compare(`message ${at + 1} (${role})`, before.messages[at], now, () =>
      (now?.content ?? []).map(blockText).join('\n'),
    );
  }
  compare('tools', before.tools, after.tools, () => JSON.stringify(after.tools));
  let left = mostCharacters;
  const kept = parts.map(({ place, text }) => {
    const shown = text.slice(0, left);
    left -= shown.length;
    return { place, text: shown, ...(shown.length < text.length ? { cut: true as const } : {}) };
  });
  return { files: [...files], parts: kept };
}

function blockText(block: RequestBlock): string {
  switch (block.type) {
    case 'text':
    case 'passage':
      return block.text;
    case 'image':
      return '[image]';
    case 'document':
      return block.source.type === 'text' ? block.source.data : '[document]';
    case 'thinking':
    case 'redacted_thinking':
      return '[thinking]';
    case 'tool_use':
    case 'tool_result':
      return JSON.stringify(block);
    default:
      return block satisfies never;
  }
}
