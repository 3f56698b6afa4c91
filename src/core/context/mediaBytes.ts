/** Pictures and documents are bounded by their bytes too: a PDF of few pages may have many. Pure. */
import { attachmentsTooLarge } from '../errors.ts';
import type { RequestBlock, RequestMessage } from '../providers/provider.ts';

/**
 * Bytes of one request to the Messages API, and what of them is kept for everything else: a million tokens of text, the
 * largest window there is, are about four million bytes. What is left holds one PDF of the 20 MB a file may have, as base64.
 * Source: https://platform.claude.com/docs/en/build-with-claude/pdf-support (32 MB a request), read on 2026-11-25;
 * read as millions, since it is not said which are meant.
 */
const mostBytes = 32_000_000;
const forText = 4_000_000;

/** Bytes that all pictures and documents of one request may take together, as base64. */
export const mostMediaBase64 = mostBytes - forText;

/** Bytes of pictures and PDFs as they are sent; a document of text is counted by its tokens alone. */
export const mediaBytesIn = (blocks: readonly RequestBlock[]): number =>
  blocks.reduce((sum, block) => sum + bytesOf(block), 0);

export const mediaBytesOf = (unit: { messages: readonly RequestMessage[] }): number =>
  unit.messages.reduce((sum, { content }) => sum + mediaBytesIn(content), 0);

function bytesOf(block: RequestBlock): number {
  switch (block.type) {
    case 'image':
      return block.source.data.length;
    case 'document':
      return block.source.type === 'base64' ? block.source.data.length : 0;
    case 'tool_result':
      return mediaBytesIn(block.content);
    case 'text':
    case 'thinking':
    case 'redacted_thinking':
    case 'tool_use':
    case 'passage':
      return 0;
    default:
      return block satisfies never;
  }
}

/** Why something older was left out. */
export const tooManyBytes = `Pictures and documents of one request may have ${megabytes(mostMediaBase64)} together; newer ones came first.`;

/** Throws `attachments_too_large` where an input alone has more than a request takes. */
export function checkMediaBytes(blocks: readonly RequestBlock[]): void {
  const bytes = mediaBytesIn(blocks);
  if (bytes > mostMediaBase64) throw attachmentsTooLarge(megabytes(bytes), megabytes(mostMediaBase64));
}

/** As the files have them, of which base64 is a third longer. */
function megabytes(base64: number): string {
  return `${((base64 * 3) / 4 / 1024 / 1024).toFixed(1)} MB`;
}
