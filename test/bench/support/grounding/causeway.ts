/** The index and the ranking that the product uses, over a tree that is not on disk. */
import { readFileSync } from 'node:fs';
import { CommitHistory } from '../../../../src/core/grounding/commitHistory.ts';
import { PassageIndex } from '../../../../src/core/grounding/passageIndex.ts';
import { rankChunks } from '../../../../src/core/grounding/retriever.ts';
import { WordNeighbours } from '../../../../src/core/grounding/wordNeighbours.ts';
import { grammarsFolder } from '../../../../src/workers/syntax/grammars.ts';
import { Syntax } from '../../../../src/workers/syntax/syntax.ts';
import type { Answer } from './measures.ts';
import type { System } from './system.ts';

/** Deep enough for ten files when every file has several chunks among the best. */
const depth = 200;

const syntax = new Syntax(grammarsFolder(new URL('../../../../src/workers/syntax.ts', import.meta.url).href));

const table = new URL('../../../../src/workers/vectors/words.bin', import.meta.url);

export class Causeway implements System {
  readonly name: string;
  readonly #index = new PassageIndex();
  readonly #neighbours = new WordNeighbours(readFileSync(table));
  readonly #evenKinds: boolean;

  /** `evenKinds`: tests and documents count as much as code, whatever is asked. */
  constructor(name: string, { evenKinds = false } = {}) {
    this.name = name;
    this.#evenKinds = evenKinds;
  }

  async take(changes: ReadonlyMap<string, string | undefined>): Promise<void> {
    for (const [path, text] of changes) {
      if (text === undefined) {
        this.#index.delete(path);
        continue;
      }
      const chunks = await syntax.cut(path, text);
      this.#index.set(path, { uri: path, path, text, ...(chunks ? { cut: () => chunks } : {}) });
    }
  }

  takeHistory(log: string): void {
    this.#index.usePast(new CommitHistory(log));
  }

  rank(question: string): Answer {
    const { chunks: ranked } = rankChunks(this.#index, {
      text: question,
      limit: depth,
      editors: [],
      evenKinds: this.#evenKinds,
      neighbours: this.#neighbours,
    });
    return {
      files: [...new Set(ranked.map(({ path }) => path))],
      chunks: ranked.map(({ path, startLine, endLine }) => ({ path, start: startLine, end: endLine })),
    };
  }
}
