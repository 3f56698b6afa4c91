/** Questions with the places that answer them: from a repository's history, or from a file. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { fileKind, isSearchableName } from '../../../../src/core/grounding/fileRules.ts';
import { isStopWord, terms } from '../../../../src/core/grounding/terms.ts';
import type { LineRange, Repository } from './repository.ts';

export interface Query {
  question: string;
  /** Of which kind the question is; all from history are of one. */
  kind: string;
  /** The commit whose tree is asked about. Only it and its ancestors may be known to whoever answers. */
  commit: string;
  /** Files that answer. */
  files: string[];
  lines: LineRange[];
}

const source =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|go|rs|java|kts?|scala|cs|fs|vb|rb|php|swift|m|mm|c|cc|cpp|cxx|h|hh|hpp|lua|dart|ex|exs|erl|hs|clj|jl|r|pl|pm|sh|sql|zig|nim|ml)$/i;

/** Code that somebody wrote and that is not a test: what a commit was about. */
const isSource = (path: string): boolean =>
  source.test(path) && fileKind(path) === 'code' && isSearchableName(path);

/** `feat(scope)!: words` as Conventional Commits has it, and `scope: words` as Go projects write it. */
const conventional = /^(\w+)(?:\([^)]*\))?!?:\s+/;
const chores = /^(?:chores?|docs?|ci|build|tests?|style|release|deps|typos?|wip)$/i;
/** Subjects about the repository, its versions and its wording rather than about what it does. */
const choreAtStart = /^(?:merge|bump|revert|release|prepare|(?:start|next|new) version|v?\d+\.\d+)/i;
const choreAnywhere =
  /\b(?:typos?|spelling|codespell|grammar|grammatical|wording|docs|docstrings?|documentation|readme|change-?log|dependenc(?:y|ies)|requirements|pre-?commit|black|flake8|mypy|ruff|eslint|prettier|lint(?:er|ing)?|whitespace|copyright|donate)\b/i;
const aboutNothing = (subject: string): boolean => choreAtStart.test(subject) || choreAnywhere.test(subject);

/** A commit's subject as a question; undefined where it says nothing about code. */
export function questionOf(subject: string): string | undefined {
  const prefix = conventional.exec(subject);
  if (prefix && chores.test(prefix[1] ?? '')) return undefined;
  const words = subject
    .slice(prefix?.[0].length ?? 0)
    .replace(/\s*\((?:[\w./-]*#\d+(?:,\s*)?)+\)/g, '')
    .replace(/^\[[^\]]+\]\s*/, '')
    .trim();
  if (aboutNothing(words)) return undefined;
  const said = new Set(terms(words).filter((term) => !isStopWord(term)));
  return said.size < 2 ? undefined : words;
}

/** Commits of the main line, newest first, that changed one to five source files, and whose subject says how. */
export function historyQueries(repository: Repository, count: number): Query[] {
  const queries: Query[] = [];
  for (const commit of repository.mainLine()) {
    if (queries.length >= count) break;
    const question = questionOf(commit.subject);
    if (question === undefined) continue;
    const files = repository.changed(commit).filter(isSource);
    if (files.length < 1 || files.length > 5) continue;
    const lines = repository.changedLines(commit, files);
    queries.push({ question, kind: 'commit', commit: commit.parent, files, lines });
  }
  return queries;
}

const asked = z.array(
  z.object({
    question: z.string(),
    kind: z.string(),
    gold: z
      .array(z.object({ path: z.string(), start: z.number().optional(), end: z.number().optional() }))
      .min(1),
  }),
);

/** Questions of a file, about the newest tree. Throws a ZodError when the file has another form. */
export function askedQueries(file: string): Query[] {
  return asked.parse(JSON.parse(readFileSync(file, 'utf8'))).map(({ question, kind, gold }) => ({
    question,
    kind,
    commit: 'HEAD',
    files: [...new Set(gold.map(({ path }) => path))],
    lines: gold.flatMap(({ path, start, end }) =>
      start === undefined ? [] : [{ path, start, end: end ?? start }],
    ),
  }));
}
