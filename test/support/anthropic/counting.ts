/** The fake's own tokenizer: runs of letters in pieces of four, digits in threes, every other mark by itself. */
const piece = /\p{L}{1,4}|\p{N}{1,3}|\s+(?=\S)|[^\p{L}\p{N}\s]/gu;

export const countText = (text: string): number => text.match(piece)?.length ?? 0;

/** Tokens of any JSON value: its strings and the structure around them. Base64 data is counted by size, as files are. */
export function countValue(value: unknown): number {
  if (typeof value === 'string') return countText(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countValue(item), 0);
  if (typeof value !== 'object' || value === null) return 1;
  if ('type' in value && value.type === 'base64' && 'data' in value)
    return Math.ceil(String(value.data).length / 400) + 1;
  return Object.entries(value).reduce(
    (sum, [key, item]) => (key === 'cache_control' ? sum : sum + countValue(item) + 1),
    0,
  );
}
