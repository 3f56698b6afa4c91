/** Habits that hold in every file, found by simple patterns: they see much, and never more than the text. */
import { lineAt, withoutCommentLines } from './imports.ts';

export interface Finding {
  line: number;
  what: string;
}

const mostLines = 400;

const anyType = /(?:[:<,|&]|=>|\bas|\bextends)\s*any\b(?!\s*[(:.])|\bas\s+unknown\s+as\b/g;

/** A name whose last word says that it holds a secret, or its digest. */
const secret = String.raw`(?:[\w$]+[?!]?\.)*#?(?:[a-z][\w$]*)?(?:[tT]oken|[sS]ecret|[dD]igest|[pP]assword|[aA]piKey)\b(?![\w$(.?[])`;
/** What may be compared with a secret: it tells whether there is one, not what it is. */
const harmless = `(?:undefined|null|''|"")`;
const comparisons = [
  new RegExp(String.raw`(?<!typeof )\b${secret}\s*[!=]==?(?![=\s]*${harmless})`, 'g'),
  new RegExp(String.raw`(?<!${harmless})\s[!=]==?\s+(?!typeof)${secret}`, 'g'),
];

/** What a core that runs anywhere does not know; the compiler already refuses those of a browser. */
const globals = /(?<![\w$.#'"])(?:process|Buffer|globalThis)(?:\.\w|\[)/g;

export function findings(file: string, source: string): Finding[] {
  const text = withoutCommentLines(source);
  const found: Finding[] = [];
  const report = (pattern: RegExp, what: string) => {
    for (const match of text.matchAll(pattern)) found.push({ line: lineAt(text, match.index), what });
  };
  if (/\.m?[tj]sx?$/.test(file)) {
    report(anyType, 'any');
    for (const pattern of comparisons) report(pattern, 'a secret compared in a time that tells of it');
  }
  if (/^src\/(core|protocol|base)\//.test(file)) report(globals, 'a global of one host');
  const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0);
  if (lines > mostLines) found.push({ line: lines, what: `more than ${mostLines} lines` });
  return found;
}
