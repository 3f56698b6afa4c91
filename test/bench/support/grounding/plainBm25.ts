/** The peer everybody knows: BM25 over whole files, words as they stand, with its usual constants. */
import type { Answer } from './measures.ts';
import type { System } from './system.ts';

const k1 = 1.2;
const b = 0.75;
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

interface Counted {
  counts: Map<string, number>;
  length: number;
}

export class PlainBm25 implements System {
  readonly name = 'bm25';
  readonly #files = new Map<string, Counted>();

  take(changes: ReadonlyMap<string, string | undefined>): void {
    for (const [path, text] of changes) {
      if (text === undefined) this.#files.delete(path);
      else this.#files.set(path, counted(text));
    }
  }

  rank(question: string): Answer {
    const files = [...this.#files];
    const average = files.reduce((sum, [, { length }]) => sum + length, 0) / Math.max(1, files.length);
    const scores = new Map<string, number>();
    for (const word of new Set(wordsOf(question))) {
      const holding = files.filter(([, { counts }]) => counts.has(word));
      const rarity = Math.log(1 + (files.length - holding.length + 0.5) / (holding.length + 0.5));
      for (const [path, { counts, length }] of holding) {
        const count = counts.get(word) ?? 0;
        const norm = k1 * (1 - b + (b * length) / average);
        scores.set(path, (scores.get(path) ?? 0) + (rarity * count * (k1 + 1)) / (count + norm));
      }
    }
    return { files: byScore(scores), chunks: undefined };
  }
}

function counted(text: string): Counted {
  const counts = new Map<string, number>();
  const words = wordsOf(text);
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { counts, length: words.length };
}

/** Best first; equals in order of their paths, so that the figures are the same each time. */
export function byScore(scores: ReadonlyMap<string, number>): string[] {
  return [...scores].sort(([p, a], [q, z]) => z - a || (p < q ? -1 : 1)).map(([path]) => path);
}
