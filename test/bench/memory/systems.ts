/** What is compared: Causeway's index, BM25 as libraries ship it, and the newest turns. */
import { readFileSync } from 'node:fs';
import { TurnIndex, WordVectors } from '../../../src/core/recall/turnIndex.ts';
import type { Conversation } from './data.ts';
import type { Rank } from './figures.ts';

export const readVectors = (): WordVectors =>
  new WordVectors(readFileSync(new URL('../../../src/workers/vectors/words.bin', import.meta.url)));

export function indexOf(conversation: Conversation, vectors: WordVectors | undefined): TurnIndex {
  const index = new TurnIndex(vectors ? { vectors } : {});
  index.add(conversation.documents);
  return index;
}

/** One index for each conversation, made when it is first asked. */
export function indexes(vectors: WordVectors | undefined): (conversation: Conversation) => TurnIndex {
  return remembered((conversation) => indexOf(conversation, vectors));
}

export function causeway(index: (conversation: Conversation) => TurnIndex): Rank {
  return ({ text, conversation }, limit) =>
    index(conversation)
      // Notes count for their turns and are not asked for themselves.
      .search({ text, limit, accepts: (place) => place < conversation.size })
      .map((hit) => hit.index);
}

/** Lower-case words, no stemming, no stop words, k1 1.2 and b 0.75: what a library does with its defaults. */
export function bm25(): Rank {
  const scorer = remembered(plainBm25);
  return ({ text, conversation }, limit) => {
    const scores = scorer(conversation)(text);
    return [...scores.keys()]
      .filter((place) => (scores[place] ?? 0) > 0)
      .sort((a, z) => (scores[z] ?? 0) - (scores[a] ?? 0) || a - z)
      .slice(0, limit);
  };
}

/** The newest first. */
export const recency: Rank = ({ conversation: { size } }, limit) =>
  Array.from({ length: Math.min(limit, size) }, (_, back) => size - 1 - back);

export function remembered<T>(make: (conversation: Conversation) => T): (conversation: Conversation) => T {
  const made = new Map<Conversation, T>();
  return (conversation) => {
    const value = made.get(conversation) ?? make(conversation);
    made.set(conversation, value);
    return value;
  };
}

const plainWords = (text: string): string[] => text.toLowerCase().match(/\w+/g) ?? [];

function plainBm25({ turns }: Conversation): (question: string) => Float64Array {
  const documents = turns.map(({ text }) => plainWords(text));
  const counts = documents.map((words) => {
    const count = new Map<string, number>();
    for (const word of words) count.set(word, (count.get(word) ?? 0) + 1);
    return count;
  });
  const average = documents.reduce((sum, words) => sum + words.length, 0) / Math.max(1, documents.length);
  return (question) => {
    const scores = new Float64Array(documents.length);
    for (const word of new Set(plainWords(question))) {
      const found = counts.filter((count) => count.has(word)).length;
      const weight = Math.log(1 + (documents.length - found + 0.5) / (found + 0.5));
      for (const [place, count] of counts.entries()) {
        const times = count.get(word) ?? 0;
        const norm = 1.2 * (0.25 + (0.75 * (documents[place]?.length ?? 0)) / average);
        scores[place] = (scores[place] ?? 0) + (weight * times * 2.2) / (times + norm);
      }
    }
    return scores;
  };
}
