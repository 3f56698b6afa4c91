/** Sentences of a message, its code apart. Pure. */

const fence = /^[ \t]*(`{3,}|~{3,})([^\n]*)\n([\s\S]*?)(?:^[ \t]*\1[ \t]*$|$(?![\s\S]))/gm;

export interface Fenced {
  /** What stands after the fence's mark, such as a language and a path. */
  info: string;
  code: string;
}

export function fencedIn(text: string): Fenced[] {
  return [...text.matchAll(fence)].map((match) => ({ info: (match[2] ?? '').trim(), code: match[3] ?? '' }));
}

/** Marks of lists, headings and quotations say nothing by themselves. */
const lineMark = /^\s*(?:[-*+]|\d{1,3}[.)]|#{1,6}|>)\s+/;

/** Without code; a sentence never spans lines. Only what has a letter in it counts. */
export function sentencesOf(text: string): string[] {
  return text
    .replace(fence, '\n')
    .split('\n')
    .flatMap((line) => line.replace(lineMark, '').split(/(?<=[.!?])\s+(?=[\p{Lu}\p{N}"'`(])/u))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /\p{L}{2}/u.test(sentence));
}
