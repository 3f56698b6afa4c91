/**
 * Finds earlier turns by their words, their meaning and their time. Synchronous and pure: the same documents and the
 * same question give the same hits, however the documents came in. It keeps no texts.
 */
import { detectDirectives } from '../context/directives/cues.ts';
import {
  type AskedWord,
  analyse,
  askedTogether,
  askedWords,
  asksForAnswers,
  takesUpAnswer,
} from './analysis.ts';
import { best } from './best.ts';
import type { KnownDocument, RecallDocument, RecallHit, RecallQuery, RecallRole } from './document.ts';
import { Documents } from './documents.ts';
import type { Embedded, EmbeddedMeanings } from './embedded.ts';
import { Meanings } from './meanings.ts';
import { holdsTerm, Postings } from './postings.ts';
import { appendRun, encodeRun, type IndexParts } from './run.ts';
import { type Question, Scorer } from './scoring.ts';
import { timeRanges } from './times.ts';
import type { WordVectors } from './wordVectors.ts';

export type { KnownDocument, RecallDocument, RecallHit, RecallQuery } from './document.ts';
export { UnreadableRun } from './run.ts';
export { WordVectors } from './wordVectors.ts';

/** Of so many hits one is the standing instruction that fits best: it rarely shares a word with what it is for. */
const instructionEvery = 10;

/** A message can be a pasted log: then its rarest words are what it is about, and the times in it are not asked for. */
const mostWords = 64;
const mostTimes = 8;

/** How often a term occurs in a document is kept in a byte. */
const mostCounted = 255;

export class TurnIndex {
  readonly #vectors: WordVectors | undefined;
  readonly #postings = new Postings();
  readonly #documents = new Documents();
  readonly #meanings: Meanings;
  /** Come before the word vectors where a question can be compared with them. */
  embedded: EmbeddedMeanings | undefined;
  readonly #scorer = new Scorer();

  /** Without vectors, documents that are added have no meaning, also later on. */
  constructor(options: { vectors?: WordVectors } = {}) {
    this.#vectors = options.vectors;
    this.#meanings = new Meanings(options.vectors?.dimensions ?? 0);
  }

  get size(): number {
    return this.#documents.size;
  }

  /** Throws `RangeError` for an index that no document has. */
  document(index: number): KnownDocument {
    return this.#documents.at(index);
  }

  /** Place in its session's log of a document. */
  seqOf(index: number): number {
    return this.#documents.all.seqs[index] ?? 0;
  }

  roleOf(index: number): RecallRole {
    return this.#documents.role(index);
  }

  /** Documents follow those that are here, in the order of their log. */
  add(documents: readonly RecallDocument[]): void {
    for (const { text, ...document } of documents) {
      const { counts, length } = analyse(text);
      const isUser = document.role === 'user';
      this.#documents.add({
        ...document,
        length,
        instructs: isUser && detectDirectives(text).some(({ strength }) => strength === 'confirmed'),
        replies: isUser && takesUpAnswer(text),
      });
      this.#postings.add([...counts].map(([term, count]) => [term, Math.min(count, mostCounted)]));
      this.#meanings.add(this.#vectors?.meaning(text) ?? new Int8Array(0));
    }
  }

  /** Takes less memory from here on, and answers as before: nothing is about to be added. */
  settle(): void {
    this.#postings.settle();
  }

  /** The best hits, best first; equals in the order of the log. */
  search(query: RecallQuery): RecallHit[] {
    const question = this.#question(query);
    const scores = this.#scorer.score(question, this.#documents);
    const found = this.#withInstructions(best(scores.total, query.limit, query.accepts), scores.total, query);
    return found.map((index) => ({
      index,
      id: this.#documents.id(index),
      score: scores.total[index] ?? 0,
      why: scores.why(index),
      terms: foundIn(index, question),
    }));
  }

  /** The documents from `from` to before `to` in bytes that `load` takes, here or in another index. */
  encode(from: number, to: number): Uint8Array<ArrayBuffer> {
    return encodeRun(this.#parts, from, Math.max(from, Math.min(to, this.size)));
  }

  /**
   * Adds an encoded run after what is here; the bytes are kept, not copied. Throws `UnreadableRun`, and has then added
   * nothing.
   */
  load(bytes: Uint8Array): void {
    appendRun(this.#parts, bytes);
  }

  get #parts(): IndexParts {
    return { documents: this.#documents, postings: this.#postings, meanings: this.#meanings };
  }

  #question({ text, before, now, embedded }: RecallQuery): Question {
    const { names } = this.#documents;
    const spokenOf = names.filter((name) => mentions(text, name));
    const spoken = new Set(spokenOf.flatMap((name) => askedWords(name)).map(({ term }) => term));
    const asked = askedTogether(text, before).filter(({ term }) => !spoken.has(term));
    const latest = now ?? this.#documents.latest;
    const ranges = latest === undefined ? [] : timeRanges(text, latest);
    return {
      words: this.#rarest(asked),
      speakers: new Set(spokenOf.map((name) => names.indexOf(name) + 1)),
      ranges: ranges.length > mostTimes ? [] : ranges,
      isAboutAnswers: asksForAnswers(text),
      likeness: this.#likeness(asked.map(({ word }) => word).join(' '), embedded),
    };
  }

  #rarest(asked: readonly AskedWord[]): Question['words'] {
    const known = asked
      .map((word) => ({ ...word, found: this.#postings.find(word.term) }))
      .filter(({ found }) => found.frequency > 0);
    if (known.length <= mostWords) return known;
    return known.sort((a, z) => a.found.frequency - z.found.frequency).slice(0, mostWords);
  }

  #likeness(text: string, question: Embedded | undefined): Int32Array | undefined {
    const meaning = this.#vectors?.meaning(text);
    const byWords = meaning && this.#meanings.likeness(meaning);
    const embedded = question && this.embedded?.likeness(question);
    if (!embedded || !this.embedded) return byWords;
    // What came since the model was asked last has the likeness of its words for that moment.
    const likeness = byWords ?? new Int32Array(this.size);
    likeness.set(embedded.subarray(0, Math.min(this.embedded.size, this.size)));
    return likeness;
  }

  /** Each tenth place goes to an instruction where none stands in the ten by itself. */
  #withInstructions(found: readonly number[], total: Float64Array, query: RecallQuery): number[] {
    const { instructing } = this.#documents;
    if (instructing.length === 0) return [...found];
    const standing = Float64Array.from(instructing, (index) => total[index] ?? 0);
    const instructions = best(
      standing,
      Math.floor(query.limit / instructionEvery),
      (place) => query.accepts?.(instructing[place] ?? 0) ?? true,
    ).map((place) => instructing[place] ?? 0);
    const result = [...found];
    for (const [at, instruction] of instructions.entries()) {
      const place = (at + 1) * instructionEvery - 1;
      const stands = result.indexOf(instruction);
      if (stands >= 0 && stands <= place) continue;
      if (stands >= 0) result.splice(stands, 1);
      result.splice(place, 0, instruction);
    }
    return result.slice(0, query.limit);
  }
}

function foundIn(index: number, { words }: Question): string[] {
  return [...new Set(words.filter(({ found }) => holdsTerm(found, index)).map(({ word }) => word))];
}

/** Names are written with a capital, so that "will" and "mark" are not taken for people. */
function mentions(text: string, name: string): boolean {
  const said = new Set(text.match(nameParts));
  return [...name.matchAll(nameParts)].some(([part]) => said.has(part));
}

const nameParts = /\p{Lu}[\p{L}\p{N}]+/gu;
