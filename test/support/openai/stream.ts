/** The chunks of one answer, as OpenAI orders them. */
import type OpenAI from 'openai';
import type { Flavour } from './flavours.ts';
import { type StreamedBehaviour, words } from './script.ts';

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;
type Delta = OpenAI.Chat.Completions.ChatCompletionChunk.Choice.Delta;
type Finish = OpenAI.Chat.Completions.ChatCompletionChunk.Choice['finish_reason'];

export interface Frame {
  id: string;
  model: string;
  includeUsage: boolean;
  usage: OpenAI.CompletionUsage;
}

/** The same without a stream. */
export function wholeOf(behaviour: StreamedBehaviour, frame: Frame, flavour: Flavour) {
  const calls = behaviour.calls ?? [];
  const named = behaviour.kind === 'answer' ? (behaviour.finish as Finish | undefined) : undefined;
  const message: OpenAI.Chat.Completions.ChatCompletionMessage = {
    role: 'assistant',
    content: behaviour.text ?? null,
    refusal: behaviour.refusal ?? null,
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, pieces }) => ({
            id,
            type: 'function' as const,
            function: { name, arguments: pieces.join('') },
          })),
        }),
  };
  if (behaviour.reasoning !== undefined)
    Object.assign(message, { [flavour.reasoning ?? 'reasoning_content']: behaviour.reasoning });
  const stops = calls.length > 0 && !flavour.stopsWithCalls ? 'tool_calls' : 'stop';
  const withUsage = behaviour.kind !== 'answer' || !behaviour.withoutUsage;
  const completion: OpenAI.Chat.Completions.ChatCompletion = {
    id: frame.id,
    object: 'chat.completion',
    created: 1_790_000_000,
    model: frame.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: named ?? stops }],
    ...(withUsage ? { usage: frame.usage } : {}),
  };
  return completion;
}

/** Each is sent as one event. */
export function* chunksOf(behaviour: StreamedBehaviour, frame: Frame, flavour: Flavour): Generator<Chunk> {
  const base = {
    id: frame.id,
    object: 'chat.completion.chunk' as const,
    created: 1_790_000_000,
    model: frame.model,
  };
  const sends = frame.includeUsage || flavour.usageUnasked === true;
  const chunk = (delta: Delta, finish: Finish = null): Chunk => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(frame.includeUsage ? { usage: null } : {}),
  });
  yield chunk({ role: 'assistant', content: '' });
  for (const piece of words(behaviour.reasoning ?? ''))
    yield chunk(Object.assign({}, { [flavour.reasoning ?? 'reasoning_content']: piece }));
  for (const piece of words(behaviour.text ?? '')) yield chunk({ content: piece });
  for (const piece of words(behaviour.refusal ?? '')) yield chunk({ refusal: piece });
  for (const [index, { id, name, pieces }] of (behaviour.calls ?? []).entries()) {
    if (flavour.wholeCalls) {
      const whole = { name, arguments: pieces.join('') };
      yield chunk({ tool_calls: [{ index: 0, id, type: 'function', function: whole }] });
      continue;
    }
    yield chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] });
    for (const piece of pieces) yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  if (behaviour.kind !== 'answer' && behaviour.kind !== 'stall_before_usage') return;
  const calls = (behaviour.calls ?? []).length > 0 && !flavour.stopsWithCalls;
  const named = behaviour.kind === 'answer' ? (behaviour.finish as Finish | undefined) : undefined;
  const last = chunk({}, named ?? (calls ? 'tool_calls' : 'stop'));
  const withUsage = sends && behaviour.kind === 'answer' && !behaviour.withoutUsage;
  if (withUsage && flavour.usageUnasked) yield { ...last, usage: frame.usage };
  else {
    yield last;
    if (withUsage) yield { ...base, choices: [], usage: frame.usage };
  }
}
