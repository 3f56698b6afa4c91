/** Units whose pictures and documents have no room in a request: words stand in their places. Pure. */
import type { ContentBlock } from '../../protocol/content.ts';
import type { RequestBlock, RequestMessage } from '../providers/provider.ts';
import type { Unit } from './conversation.ts';
import type { Counted } from './parts.ts';

export interface CountedUnit extends Counted<Unit> {
  /** Its tokens without its pictures and documents; absent where it has none. */
  bareTokens?: number;
}

/** What is sent of a unit, and whether its pictures and documents are. */
export interface SentUnit extends CountedUnit {
  isBare?: true;
}

const pictureWords = '[a picture that was sent before]';
const documentWords = '[a document that was sent before]';

/** The same messages with words in the places of pictures and PDFs; a document of text stays, as its tokens count. */
export const bareMessages = (messages: readonly RequestMessage[]): RequestMessage[] =>
  messages.map(({ role, content }) => ({ role, content: content.map(bareBlock) }));

function bareBlock(block: RequestBlock): RequestBlock {
  if (block.type !== 'tool_result') return wordsFor(block) ?? block;
  return { ...block, content: block.content.map((one) => wordsFor(one) ?? one) };
}

function wordsFor(block: RequestBlock): Extract<ContentBlock, { type: 'text' }> | undefined {
  if (block.type === 'image') return { type: 'text', text: pictureWords };
  if (block.type === 'document' && block.source.type === 'base64')
    return { type: 'text', text: documentWords };
  return undefined;
}
