/** What differs between two texts, without their common beginning and end. Pure. */

/** Offsets in the text before, in UTF-16 code units; `end` is exclusive. */
export interface TextChange {
  start: number;
  end: number;
  text: string;
}

/** Small, so that cursors and folding elsewhere stay. Never cuts a character or a line break in two. */
export function smallestChange(before: string, after: string): TextChange {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  while (start > 0 && (cuts(before, start) || cuts(after, start))) start--;
  let tail = 0;
  while (tail < most - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  while (tail > 0 && (cuts(before, before.length - tail) || cuts(after, after.length - tail))) tail--;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/** Whether an offset lies within a surrogate pair or between the two marks of a line break. */
function cuts(text: string, at: number): boolean {
  const [left = '', right = ''] = [text[at - 1], text[at]];
  return (left === '\r' && right === '\n') || (/[\ud800-\udbff]/.test(left) && /[\udc00-\udfff]/.test(right));
}
