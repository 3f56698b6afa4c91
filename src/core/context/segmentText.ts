/** A segment as text for people. Pure. */
import type { Segment } from '../../protocol/report.ts';
import type { RequestBlock, RequestMessage } from '../providers/provider.ts';
import { messagesOf, prefixLength, type SaidEntry } from './render.ts';

/** The texts of all segments, in order, as the model reads them; what is not text is named. */
export function segmentTexts(
  segments: readonly Segment[],
  entryOf: (id: string) => SaidEntry | undefined,
): string[] {
  const prefix = prefixLength(segments);
  const messages = messagesOf(segments.slice(prefix), entryOf);
  return segments.map(
    (segment, index) =>
      segment.text ?? (index < prefix ? '' : messages(segment).map(messageText).join('\n\n')),
  );
}

const messageText = ({ role, content }: RequestMessage): string =>
  [`[${role}]`, ...content.map(blockText)].join('\n');

function blockText(block: RequestBlock): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'thinking':
      return `(thinking) ${block.thinking}`;
    case 'redacted_thinking':
      return '(thinking that the API has hidden)';
    case 'tool_use':
      return `(call of ${block.name}) ${JSON.stringify(block.input)}`;
    case 'tool_result':
      return ['(result of a call)', ...block.content.map(blockText)].join('\n');
    case 'passage':
      return block.text;
    case 'image':
      return `(image, ${block.source.media_type})`;
    case 'document':
      return block.source.type === 'text'
        ? block.source.data
        : `(document${block.title === undefined ? '' : ` ${block.title}`}, ${block.source.media_type})`;
    default:
      return block satisfies never;
  }
}
