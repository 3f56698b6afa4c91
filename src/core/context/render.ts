/** From the segments of a report to the request: what is sent is what the report lists, and nothing else. Pure. */
import type { Entry, UserEntry } from '../../protocol/entries.ts';
import type { Segment } from '../../protocol/report.ts';
import type { ProviderRequest, RequestBlock, RequestMessage, ToolDefinition } from '../providers/provider.ts';
import { bareMessages } from './bareUnits.ts';
import { mergeMessages, unitsOf, userBlocks } from './conversation.ts';
import { toolDefinitions } from './toolDefinitions.ts';

export type Rendered = Pick<ProviderRequest, 'tools' | 'system' | 'messages'>;

/** An entry, or the input of a preview, which is not in the log yet. */
export type SaidEntry = Entry | InputEntry;
export type InputEntry = { kind: 'input' } & Pick<UserEntry, 'id' | 'content' | 'attachments'>;

/** The text of the segment of tools. */
export const toolsText = (tools: readonly ToolDefinition[]): string => JSON.stringify(tools);

/** Kinds of segment that make up the system prompt while nothing else has begun. */
const systemKinds: readonly Segment['kind'][] = ['tools', 'system', 'memory_file', 'directives'];

/** How many of the segments, from the first on, are tools and system prompt. */
export function prefixLength(segments: readonly Segment[]): number {
  const end = segments.findIndex(({ kind }) => !systemKinds.includes(kind));
  return end < 0 ? segments.length : end;
}

/** Throws a `TypeError` when an entry that a segment names is not given. */
export function render(
  segments: readonly Segment[],
  entryOf: (id: string) => SaidEntry | undefined,
): Rendered {
  const prefix = segments.slice(0, prefixLength(segments));
  const rest = segments.slice(prefix.length);
  const messages = messagesOf(rest, entryOf);
  return {
    tools: prefix.flatMap(({ kind, text }) =>
      kind === 'tools' ? toolDefinitions.parse(JSON.parse(text ?? '[]')) : [],
    ),
    system: joinedTexts(prefix.filter(({ kind }) => kind !== 'tools')),
    messages: mergeMessages(rest.flatMap((segment) => messages(segment))),
  };
}

/** The messages each segment behind the system prompt stands for, with its breakpoint of the cache at its end. */
export function messagesOf(
  rest: readonly Segment[],
  entryOf: (id: string) => SaidEntry | undefined,
): (segment: Segment) => RequestMessage[] {
  const said = (segment: Segment): Entry[] =>
    (segment.entryIds ?? []).flatMap((id) => {
      const entry = found(entryOf, id);
      return entry.kind === 'input' ? [] : [entry];
    });
  // Calls are numbered through the whole request, so that no id is there twice.
  const units = unitsOf(rest.filter(({ kind }) => kind === 'conversation').flatMap(said));
  const unitByFirst = new Map(units.map((unit) => [unit.entryIds[0], unit]));
  const joined = joinedDirectives(rest);
  const unitAt = (id: string, withoutMedia: readonly string[] = []): RequestMessage[] => {
    const messages = unitByFirst.get(id)?.messages ?? [];
    return withoutMedia.includes(id) ? bareMessages(messages) : messages;
  };
  return (segment) => {
    switch (segment.kind) {
      case 'conversation':
        return marked(
          (segment.entryIds ?? []).flatMap((id) => unitAt(id, segment.withoutMedia)),
          segment.cache,
        );
      case 'input': {
        const [id = ''] = segment.entryIds ?? [];
        const entry = found(entryOf, id);
        if (entry.kind !== 'input' && entry.kind !== 'user') throw new TypeError(`${id} is no input.`);
        return marked([{ role: 'user', content: userBlocks(entry) }], segment.cache);
      }
      case 'directives': {
        const text = joined.get(segment);
        return text === undefined ? [] : marked([userText(text)], segment.cache);
      }
      case 'tools':
      case 'system':
      case 'memory_file':
      case 'frame':
      case 'task':
      case 'recall':
        return marked([userText(segment.text ?? '')], segment.cache);
      case 'grounding':
        return marked([quotation(segment)], segment.cache);
      default:
        return segment.kind satisfies never;
    }
  };
}

const userText = (text: string): RequestMessage => ({ role: 'user', content: [{ type: 'text', text }] });

function quotation({ text = '', place }: Segment): RequestMessage {
  return place === undefined ? userText(text) : { role: 'user', content: [{ type: 'passage', place, text }] };
}

function found(entryOf: (id: string) => SaidEntry | undefined, id: string): SaidEntry {
  const entry = entryOf(id);
  if (!entry) throw new TypeError(`The entry ${id}, which a segment names, is not given.`);
  return entry;
}

/** Neighbouring directives are lines of one block, which is at the place of the last of them. */
function joinedDirectives(segments: readonly Segment[]): Map<Segment, string> {
  const texts = new Map<Segment, string>();
  let lines: string[] = [];
  for (const [index, segment] of segments.entries()) {
    if (segment.kind !== 'directives') continue;
    lines.push(segment.text ?? '');
    if (segments[index + 1]?.kind === 'directives') continue;
    texts.set(segment, lines.join('\n'));
    lines = [];
  }
  return texts;
}

function joinedTexts(segments: readonly Segment[]): ProviderRequest['system'] {
  const joined = joinedDirectives(segments);
  return segments.flatMap((segment) => {
    const text = segment.kind === 'directives' ? joined.get(segment) : segment.text;
    return text === undefined ? [] : [{ text, ...(segment.cache ? { cache: segment.cache } : {}) }];
  });
}

/** Whether a breakpoint of the prompt cache can stand after these messages; thinking cannot carry one. */
export function canMark(messages: readonly RequestMessage[]): boolean {
  const type = messages.at(-1)?.content.at(-1)?.type;
  return type !== undefined && type !== 'thinking' && type !== 'redacted_thinking';
}

function marked(messages: readonly RequestMessage[], cache: Segment['cache']): RequestMessage[] {
  const last = messages.at(-1);
  const block = last?.content.at(-1);
  if (!cache || !last || !block || !canMark(messages)) return [...messages];
  const withMark: RequestBlock = { ...block, cache };
  return [...messages.slice(0, -1), { ...last, content: [...last.content.slice(0, -1), withMark] }];
}
