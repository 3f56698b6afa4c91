/** An offline answer as Markdown. Pure. */
import type { Passage } from '../../ports.ts';

export function opening(passages: readonly Passage[]): string {
  return passages.length > 0
    ? 'No model is set. These passages of your files match best.'
    : 'No model is set, and no passage of your files matches this question. Ask with words that occur in your files, or set an API key to get an answer from Claude.';
}

/** For a program whose turn may have nothing of the workspace. */
export const nothingMayBeQuoted =
  'No model is set, and no file is quoted: this turn has its grounding off. A program needs the scope `grounding` to be answered with passages of your files.';

/** The passage with its place, word for word. */
export function quoted(passage: Passage): string {
  const { path, startLine, endLine, text } = passage;
  const lines = startLine === endLine ? `line ${startLine}` : `lines ${startLine}–${endLine}`;
  // The fence is longer than any run of backticks in the text, so that the quote cannot end early.
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${code(path)}, ${lines}\n\n${fence}${language(path)}\n${text}\n${fence}`;
}

/** A code span that holds any text (CommonMark 6.1): its marks are longer than those inside. */
function code(text: string): string {
  const marks = '`'.repeat(longestRun(text) + 1);
  const space = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${marks}${space}${text}${space}${marks}`;
}

const longestRun = (text: string) => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));

/** Extensions whose name is not that of the language; the others are known to highlighters as they are. */
const languages: Record<string, string> = {
  cjs: 'js',
  cts: 'ts',
  h: 'c',
  hpp: 'cpp',
  htm: 'html',
  markdown: 'md',
  mjs: 'js',
  mts: 'ts',
  pyi: 'python',
  yml: 'yaml',
  txt: '',
};

function language(path: string): string {
  const name = path.split('/').at(-1) ?? '';
  const extension = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return languages[extension] ?? extension;
}

/** About the size of a line: answers of models arrive in such pieces too, so the panel has one way of showing them. */
const chunkLength = 80;

/** The text in pieces that join to it again; none parts a surrogate pair. */
export function* inChunks(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    let end = Math.min(text.length, from + chunkLength);
    if (end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end += 1;
    yield text.slice(from, end);
    from = end;
  }
}
