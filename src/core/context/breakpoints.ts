/** Where the prompt cache is to keep what was sent. Pure. */
import type { Segment } from '../../protocol/report.ts';
import { isKeptDocument } from './keptDocuments.ts';
import { canMark, messagesOf, prefixLength, type SaidEntry } from './render.ts';

/** The API takes no more in one request. */
const most = 4;

/** The API looks for what it has kept in this many blocks before a breakpoint, the breakpoint's own counted. */
const lookBack = 20;

/**
 * The same segments with breakpoints after some of them. Each costs nothing by itself: what it adds is written once
 * at five quarters of the rate and read at a tenth in the turns that follow. In the order of what they save:
 *
 * - The end of what stays as it was said: the conversation, and in a turn that calls tools also the calls so far.
 *   The next request begins with all of it.
 * - The end of the documents a profile keeps: they are the largest part, and frames behind them change.
 * - The end of the system prompt: every session of the workspace begins with it, also after a compaction.
 * - The last frame: a compaction changes what follows, and the frames before the new one are read on.
 * - The end of the turn before the last, where the last request had its own breakpoint, when the last turn has so
 *   many blocks that the API would not find it.
 * - The input, when nothing before it changes from turn to turn.
 */
export function withBreakpoints(
  segments: readonly Segment[],
  entryOf: (id: string) => SaidEntry | undefined,
): Segment[] {
  const prefix = prefixLength(segments);
  const rest = segments.slice(prefix);
  const messages = messagesOf(rest, entryOf);
  const isMarkable = (at: number): boolean => {
    const segment = segments[at];
    if (!segment) return false;
    // A breakpoint after the system prompt keeps the tools before it too.
    return at < prefix ? segment.kind !== 'tools' : canMark(messages(segment));
  };
  const input = segments.findIndex(({ kind }) => kind === 'input');
  const conversation = places(segments, 'conversation');
  const before = conversation.filter((at) => at < input);
  const latest = segments[before.at(-1) ?? -1];
  const blocks = latest ? messages(latest).reduce((sum, { content }) => sum + content.length, 0) : 0;
  const isAlone = segments
    .slice((before.at(-1) ?? prefix - 1) + 1, input)
    .every(({ kind }) => kind === 'frame');
  const wanted = [
    conversation.findLast((at) => at > input),
    before.at(-1),
    segments.findLastIndex(isKeptDocument),
    prefix - 1,
    places(segments, 'frame').at(-1),
    blocks >= lookBack ? before.at(-2) : undefined,
    isAlone ? input : undefined,
  ];
  const chosen = new Set(
    wanted.filter((at): at is number => at !== undefined && isMarkable(at)).slice(0, most),
  );
  return segments.map((segment, at) => (chosen.has(at) ? { ...segment, cache: '5m' } : segment));
}

const places = (segments: readonly Segment[], kind: Segment['kind']): number[] =>
  segments.flatMap((segment, at) => (segment.kind === kind ? [at] : []));
