/** Colours for code: grammars load on first use, what was coloured is kept, growing code is continued. */
import type { GrammarState, HighlighterCore, LanguageInput } from 'shiki/core';
import { grammarOf } from './languages.ts';
import { classOf, theme } from './theme.ts';

export interface Piece {
  text: string;
  /** Class of its kind; none for plain text. */
  kind: string | undefined;
}
export type Line = readonly Piece[];

/** Longer lines and longer code are shown plain: colouring them would hold the page up. */
const longestLine = 2_000;
const mostLines = 5_000;
/** Lines of one block coloured in one frame while it grows. */
const linesAtOnce = 60;
/** Finished blocks whose colours are kept. */
const mostKept = 200;

let highlighter: Promise<HighlighterCore> | undefined;
const loaded = new Map<string, Promise<HighlighterCore>>();
const ready = new Map<string, HighlighterCore>();
const kept = new Map<string, readonly Line[]>();

/** Resolves to the grammar's name when it can be used, or to undefined when there is none. */
export async function prepare(language: string): Promise<string | undefined> {
  const grammar = grammarOf(language);
  if (!grammar) return undefined;
  let loading = loaded.get(grammar.name);
  if (!loading) {
    loading = grammar.load().then((module) => withGrammar(module.default));
    loaded.set(grammar.name, loading);
  }
  ready.set(grammar.name, await loading);
  return grammar.name;
}

async function withGrammar(grammar: LanguageInput): Promise<HighlighterCore> {
  highlighter ??= begin();
  const core = await highlighter;
  await core.loadLanguage(grammar);
  return core;
}

/** The highlighter itself is loaded with the first code, so that the panel's first paint does not wait for it. */
async function begin(): Promise<HighlighterCore> {
  const [{ createHighlighterCore }, { createJavaScriptRegexEngine }] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
  ]);
  return createHighlighterCore({
    themes: [theme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
}

/** Colours one block of code, continuing where it left off when the code grew. */
export class BlockHighlighter {
  #lines: Line[] = [];
  /** The code of `#lines`, each with its line break. */
  #done = '';
  #state: GrammarState | undefined;

  /** Lines coloured so far; undefined while the grammar is not there. The rest of the code is plain. */
  lines(code: string, language: string, growing: boolean): readonly Line[] | undefined {
    const name = grammarOf(language)?.name;
    const core = name === undefined ? undefined : ready.get(name);
    if (!name || !core) return undefined;
    const key = `${name}\n${code}`;
    const known = kept.get(key);
    if (known) return known;
    if (!code.startsWith(this.#done)) this.#begin();
    const end = growing ? code.lastIndexOf('\n') + 1 : code.length;
    const rest = code.slice(this.#done.length, end);
    if (rest !== '') this.#colour(core, name, rest, growing);
    if (!growing) keep(key, this.#lines);
    return this.#lines;
  }

  #begin(): void {
    this.#lines = [];
    this.#done = '';
    this.#state = undefined;
  }

  #colour(core: HighlighterCore, name: string, rest: string, growing: boolean): void {
    const all = rest.replace(/\n$/, '').split('\n');
    const lines = growing ? all.slice(0, linesAtOnce) : all;
    const source = lines.join('\n');
    if (this.#lines.length + lines.length > mostLines) {
      this.#lines.push(...lines.map((text) => [{ text, kind: undefined }]));
    } else {
      const tokens = core.codeToTokensBase(source, {
        lang: name,
        theme: 'kinds',
        tokenizeMaxLineLength: longestLine,
        ...(this.#state ? { grammarState: this.#state } : {}),
      });
      this.#state = core.getLastGrammarState(tokens);
      this.#lines.push(
        ...tokens.map((line) => line.map(({ content, color }) => ({ text: content, kind: classOf(color) }))),
      );
    }
    // A new array tells a view that there is more to draw.
    this.#lines = [...this.#lines];
    const ended = source.length < rest.length ? 1 : 0;
    this.#done += rest.slice(0, source.length + ended);
  }
}

function keep(key: string, lines: readonly Line[]): void {
  kept.set(key, lines);
  const oldest = kept.keys().next();
  if (kept.size > mostKept && !oldest.done) kept.delete(oldest.value);
}
