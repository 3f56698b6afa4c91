/** The fake's own tokenizer: runs of letters in pieces of four, digits in threes, every other mark by itself. */
const piece = /\p{L}{1,4}|\p{N}{1,3}|\s+(?=\S)|[^\p{L}\p{N}\s]/gu;

export function countText(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(piece)) count++;
  return count;
}

/** Tokens of any JSON value: its strings and the structure around them. Files are counted by what they show. */
export function countValue(value: unknown): number {
  if (typeof value === 'string') return countText(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countValue(item), 0);
  if (typeof value !== 'object' || value === null) return 1;
  if ('type' in value && value.type === 'base64' && 'data' in value)
    return countFile(String(value.data), 'media_type' in value ? String(value.media_type) : '');
  return Object.entries(value).reduce(
    (sum, [key, item]) => (key === 'cache_control' ? sum : sum + countValue(item) + 1),
    0,
  );
}

/** Tokens of a page of a PDF, of its text and its picture. */
const pageTokens = 2_000;
/** Pixels of one token; source: https://platform.claude.com/docs/en/build-with-claude/vision. */
const pixels = 750;
/** The API scales larger images down to this many tokens. */
const largest = 1_600;

function countFile(data: string, mediaType: string): number {
  const bytes = Buffer.from(data, 'base64');
  if (mediaType === 'application/pdf') {
    const pages = bytes.toString('latin1').match(/\/Type\s*\/Page(?!s)/g)?.length ?? 1;
    return pages * pageTokens;
  }
  // Only a PNG has its size at a fixed place; of the others the bytes give an idea.
  const size =
    mediaType === 'image/png' && bytes.length >= 24
      ? bytes.readUInt32BE(16) * bytes.readUInt32BE(20)
      : bytes.length * 8;
  return Math.min(largest, Math.ceil(size / pixels)) + 1;
}
