/** A call of a tool in one line: what was done, about what, and how much came of it. Pure. */
import type { ToolUseBlock } from '../src/protocol/content.ts';
import { t, type Words } from './l10n.ts';

/** Characters of what a call is about. */
const longest = 80;

/** With the words of each tool, what of its input says what the call was about. */
const known: Readonly<Record<string, { words: Words; about(input: ToolUseBlock['input']): string }>> = {
  search_workspace: { words: 'toolSearched', about: ({ query }) => quoted(query) },
  read_file: {
    words: 'toolRead',
    about: ({ path, start_line, end_line }) => place(path, start_line, end_line),
  },
  list_files: { words: 'toolListed', about: ({ path }) => text(path) },
  find_symbols: { words: 'toolSymbols', about: ({ name, path }) => quoted(name) || text(path) },
  find_references: { words: 'toolReferences', about: ({ symbol }) => quoted(symbol) },
  problems: { words: 'toolProblems', about: ({ path }) => text(path) },
  git_log: { words: 'toolLog', about: ({ path, words }) => text(path) || quoted(words) },
  git_blame: {
    words: 'toolBlame',
    about: ({ path, start_line, end_line }) => place(path, start_line, end_line),
  },
  recall: { words: 'toolRecall', about: ({ query }) => quoted(query) },
  update_task: { words: 'toolTask', about: ({ title }) => quoted(title) },
};

/** `about` is empty where the input says nothing short. */
export function toolWords({ name, input }: Pick<ToolUseBlock, 'name' | 'input'>): {
  words: string;
  about: string;
} {
  const one = Object.hasOwn(known, name) ? known[name] : undefined;
  if (one) return { words: t(one.words), about: one.about(input) };
  const first = Object.values(input).find((part) => text(part) !== '');
  return { words: t('toolCall', name), about: quoted(first) };
}

/** Such as `6 passages`: the tools of the workspace begin their results with it. Undefined for all others. */
export function toolCount(result: string): string | undefined {
  return /^<result tool="\w+">\n((?:No|\d+) [a-z]+)(?:[\n:]|$)/.exec(result)?.[1];
}

function text(value: unknown): string {
  const line = typeof value === 'string' ? (value.split('\n', 1)[0] ?? '') : '';
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

const quoted = (value: unknown): string => (text(value) === '' ? '' : `“${text(value)}”`);

function place(path: unknown, first: unknown, last: unknown): string {
  const lines = [first, last].filter((line) => typeof line === 'number');
  return text(path) === '' || lines.length === 0 ? text(path) : `${text(path)}:${lines.join('–')}`;
}
