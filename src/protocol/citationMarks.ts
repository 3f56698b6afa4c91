/** The marks ① to ⑳ that stand in an answer where it cites a place. Pure. */
import type { Citation } from './content.ts';

/** Unicode has circled numbers up to here; the places of later citations stand behind the text. */
export const mostMarks = 20;

/** The mark of a citation; undefined for those without one. */
export const citationMark = (index: number): string | undefined =>
  index >= 1 && index <= mostMarks ? String.fromCharCode(0x245f + index) : undefined;

/** The text as the model wrote it: only the marks of the block's own citations are ours. */
export function withoutMarks({
  text,
  citations,
}: {
  text: string;
  citations?: readonly Citation[] | undefined;
}): string {
  if (!citations || citations.length === 0) return text;
  const marks = new Set(citations.flatMap(({ index }) => citationMark(index) ?? []));
  return [...text].filter((character) => !marks.has(character)).join('');
}
