/** Cuts files by their syntax, in the languages whose grammars are there; all others by their lines. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Language, Parser, TreeCursor } from '@vscode/tree-sitter-wasm';
import treeSitter from '@vscode/tree-sitter-wasm';
import { type Chunk, chunksOf } from '../../core/grounding/chunks.ts';
import type { Lines } from '../../core/grounding/lines.ts';
import { syntaxChunks, type TreeWalk } from '../../core/grounding/syntaxChunks.ts';
import { grammarOf } from './grammars.ts';

/** Characters; what is longer is rarely written by hand, and its tree takes a hundred times its room. */
const mostText = 200_000;
/** Some texts make a parser slow; a file is worth no more, in ms. */
const longestMs = 200;

export class Syntax {
  readonly #folder: URL;
  readonly #languages = new Map<string, Promise<Language | undefined>>();
  readonly #loaded = new Map<string, Language>();
  #parser: Promise<Parser | undefined> | undefined;
  #ready: Parser | undefined;
  /** Files of languages with a grammar that could not be parsed, by their paths. */
  readonly unparsed = new Set<string>();

  /** `folder` has the grammars and the parser, and ends with a slash. */
  constructor(folder: URL) {
    this.#folder = folder;
  }

  /** Loads the grammar of a file where it is not there yet. Never rejects: without it files are cut by their lines. */
  async prepare(path: string): Promise<void> {
    const grammar = grammarOf(path);
    if (grammar === undefined || this.#loaded.has(grammar)) return;
    this.#parser ??= this.#start();
    this.#ready = await this.#parser;
    if (!this.#ready) return;
    const loading = this.#languages.get(grammar) ?? this.#load(grammar);
    this.#languages.set(grammar, loading);
    const language = await loading;
    if (language) this.#loaded.set(grammar, language);
  }

  readonly cut = (path: string, lines: Lines): Chunk[] => {
    const grammar = grammarOf(path);
    const language = grammar === undefined ? undefined : this.#loaded.get(grammar);
    if (!language || !this.#ready) return chunksOf(path, lines);
    const chunks = lines.text.length > mostText ? undefined : this.#parse(this.#ready, language, lines);
    if (chunks) this.unparsed.delete(path);
    else this.unparsed.add(path);
    return chunks ?? chunksOf(path, lines);
  };

  /** Undefined where it took too long, or where the text is no program of the language. */
  #parse(parser: Parser, language: Language, lines: Lines): Chunk[] | undefined {
    const until = performance.now() + longestMs;
    try {
      parser.setLanguage(language);
      const tree = parser.parse(lines.text, undefined, { progressCallback: () => performance.now() > until });
      if (!tree) {
        parser.reset();
        return undefined;
      }
      const cursor = tree.walk();
      try {
        return cursor.nodeType === 'ERROR' ? undefined : syntaxChunks(walkOf(cursor), lines);
      } finally {
        cursor.delete();
        tree.delete();
      }
    } catch {
      // The parser is another's program; whatever it throws, the file is there to be found.
      return undefined;
    }
  }

  async #start(): Promise<Parser | undefined> {
    try {
      await treeSitter.Parser.init({ locateFile: (file) => fileURLToPath(new URL(file, this.#folder)) });
      return new treeSitter.Parser();
    } catch {
      return undefined;
    }
  }

  async #load(grammar: string): Promise<Language | undefined> {
    try {
      return await treeSitter.Language.load(
        await readFile(new URL(`tree-sitter-${grammar}.wasm`, this.#folder)),
      );
    } catch {
      return undefined;
    }
  }
}

const walkOf = (cursor: TreeCursor): TreeWalk => ({
  get firstLine() {
    return cursor.startPosition.row;
  },
  get lastLine() {
    return cursor.endPosition.row;
  },
  get isNamed() {
    return cursor.nodeIsNamed;
  },
  get isComment() {
    return /comment/.test(cursor.nodeType);
  },
  toFirstChild: () => cursor.gotoFirstChild(),
  toNextSibling: () => cursor.gotoNextSibling(),
  toParent: () => void cursor.gotoParent(),
});
