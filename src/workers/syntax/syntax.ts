/** Cuts files by their syntax, in the languages whose grammars are there. Lives in the thread of the parser. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Language, Parser, TreeCursor } from '@vscode/tree-sitter-wasm';
import treeSitter from '@vscode/tree-sitter-wasm';
import type { Chunk } from '../../core/grounding/chunks.ts';
import { Lines } from '../../core/grounding/lines.ts';
import { syntaxChunks, type TreeWalk } from '../../core/grounding/syntaxChunks.ts';
import { grammarOf } from './grammars.ts';

/** Some texts make a parser slow; a file is worth no more, in ms. */
const longestMs = 200;

export class Syntax {
  readonly #folder: URL;
  readonly #languages = new Map<string, Promise<Language | undefined>>();
  #parser: Promise<Parser | undefined> | undefined;

  /** `folder` has the grammars and the parser, and ends with a slash. */
  constructor(folder: URL) {
    this.#folder = folder;
  }

  /**
   * Undefined where the language has no grammar here, the text is no program of it, or parsing takes too long. Never
   * rejects: what cannot be parsed is text all the same.
   */
  async cut(path: string, text: string): Promise<Chunk[] | undefined> {
    const grammar = grammarOf(path);
    if (grammar === undefined) return undefined;
    this.#parser ??= this.#start();
    const loading = this.#languages.get(grammar) ?? this.#load(grammar);
    this.#languages.set(grammar, loading);
    const [parser, language] = [await this.#parser, await loading];
    return parser && language ? parsed(parser, language, new Lines(text)) : undefined;
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
    // A grammar needs the parser's memory.
    if (!(await this.#parser)) return undefined;
    try {
      const file = new URL(`tree-sitter-${grammar}.wasm`, this.#folder);
      return await treeSitter.Language.load(await readFile(file));
    } catch {
      // A part of an installation may be missing.
      return undefined;
    }
  }
}

function parsed(parser: Parser, language: Language, lines: Lines): Chunk[] | undefined {
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
