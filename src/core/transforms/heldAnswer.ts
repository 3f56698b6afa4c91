/** An answer that modules see before anyone else: held from its first word on until it is whole. */
import { CausewayError, toErrorInfo } from '../errors.ts';
import type { ProviderEvent } from '../providers/provider.ts';
import type { ActiveTransforms, AnswerPart, TransformAbout } from './transforms.ts';

type Events = AsyncIterable<ProviderEvent>;

/**
 * The same events, in the same order, with each text as one piece. What had come of an answer that breaks off is changed
 * as well; of one that is stopped nothing is shown that no module has seen.
 */
export async function* heldAnswer(
  events: Events,
  transforms: ActiveTransforms,
  about: TransformAbout,
  signal?: AbortSignal,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const held: ProviderEvent[] = [];
  for await (const event of events) {
    switch (event.type) {
      case 'text':
      case 'citation':
      case 'tool_use':
        held.push(event);
        break;
      case 'thinking':
      case 'thinking_signature':
      case 'redacted_thinking':
        // Before the first word it may pass; later it stays in its place among the others.
        if (held.length > 0) held.push(event);
        else yield event;
        break;
      case 'start':
      case 'usage':
      case 'retrying':
        yield event;
        break;
      case 'stop':
      case 'error': {
        const changed = await changedEvents(held, transforms, about, signal);
        if (changed === 'aborted') yield { type: 'aborted' };
        else if (Array.isArray(changed)) {
          yield* changed;
          yield event;
        } else yield event.type === 'error' ? event : { type: 'error', error: changed };
        return;
      }
      case 'aborted':
        yield event;
        return;
      default:
        event satisfies never;
    }
  }
}

/** Throws nothing: what a module fails with is given back. */
async function changedEvents(
  held: readonly ProviderEvent[],
  transforms: ActiveTransforms,
  about: TransformAbout,
  signal: AbortSignal | undefined,
): Promise<ProviderEvent[] | 'aborted' | ReturnType<typeof toErrorInfo>> {
  const parts = new Map<number, AnswerPart>();
  for (const event of held) {
    if (event.type === 'text') {
      const before = parts.get(event.block);
      const text = before?.type === 'text' ? before.text : '';
      parts.set(event.block, { type: 'text', text: text + event.text });
    } else if (event.type === 'tool_use')
      parts.set(event.block, { type: 'tool_use', name: event.name, input: event.input });
  }
  if (parts.size === 0) return [...held];
  try {
    const changed = await transforms.answer([...parts.values()], about, signal);
    const byBlock = new Map([...parts.keys()].map((block, at) => [block, changed[at]]));
    return held.flatMap((event) => withPart(event, byBlock));
  } catch (error) {
    if (signal?.aborted) return 'aborted';
    if (!(error instanceof CausewayError)) throw error;
    return toErrorInfo(error);
  }
}

/** A part is told with its first event, after which it is told. */
function withPart(event: ProviderEvent, parts: Map<number, AnswerPart | undefined>): ProviderEvent[] {
  if (event.type !== 'text' && event.type !== 'tool_use') return [event];
  const part = parts.get(event.block);
  parts.delete(event.block);
  if (event.type === 'text')
    return part?.type === 'text' ? inPieces(part.text).map((text) => ({ ...event, text })) : [];
  return part?.type === 'tool_use' ? [{ ...event, input: part.input }] : [];
}

/** Characters of one event, far below what any door takes at once. */
const longestPiece = 64 * 1024;

const inPieces = (text: string): string[] =>
  Array.from({ length: Math.ceil(text.length / longestPiece) }, (_, at) =>
    text.slice(at * longestPiece, (at + 1) * longestPiece),
  );
