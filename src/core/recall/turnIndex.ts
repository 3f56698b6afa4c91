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
import type { KnownDocument, RecallDocument, RecallHit, RecallQuery } from './document.ts';
import { Documents } from './documents.ts';
import { Meanings } from './meanings.ts';
import { Postings, type TermCounts } from './postings.ts';
import { decodeRun, encodeRun, type IndexedDocument } from './run.ts';
import { type Question, score } from './scoring.ts';
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

export class TurnIndex {
  readonly #vectors: WordVectors | undefined;
  readonly #numbers = new Map<string, number>();
  readonly #terms: string[] = [];
  readonly #postings = new Postings();
  readonly #documents = new Documents();
  readonly #meanings: Meanings;

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

  /** Documents follow those that are here, in the order of their log. */
  add(documents: readonly RecallDocument[]): void {
    for (const document of documents) this.#append(this.#indexed(document));
  }

  /** The best hits, best first; equals in the order of the log. */
  search(query: RecallQuery): RecallHit[] {
    const question = this.#question(query);
    const scores = score(question, this.#documents, this.#postings);
    const found = this.#withInstructions(best(scores.total, query.limit, query.accepts), scores.total, query);
    return found.map((index) => ({
      index,
      id: this.#documents.at(index).id,
      score: scores.total[index] ?? 0,
      why: scores.why(index),
      terms: this.#foundIn(index, question),
    }));
  }

  /** The documents from `from` to before `to` in bytes that `load` takes, here or in another index. */
  encode(from: number, to: number): Uint8Array<ArrayBuffer> {
    const contents = this.#postings.read(from, Math.min(to, this.size));
    return encodeRun(
      contents.map(({ ids, counts }, offset): IndexedDocument => {
        const index = from + offset;
        const speaker = this.#documents.speaker(index);
        return {
          ...this.#documents.at(index),
          ...(speaker === undefined ? {} : { speaker }),
          length: this.#documents.length(index),
          instructs: this.#documents.instructs(index),
          replies: this.#documents.replies(index),
          meaning: this.#meanings.read(index),
          ids,
          counts,
        };
      }),
      (number) => this.#terms[number] ?? '',
    );
  }

  /** Adds an encoded run after what is here. Throws `UnreadableRun`, and has then added nothing. */
  load(bytes: Uint8Array): void {
    const { terms, documents } = decodeRun(bytes);
    const numbers = terms.map((term) => this.#number(term));
    for (const document of documents) {
      const { ids } = document;
      for (let at = 0; at < ids.length; at++) ids[at] = numbers[ids[at] ?? 0] ?? 0;
      this.#append(document);
    }
  }

  #indexed({ text, ...document }: RecallDocument): IndexedDocument {
    const { counts, length } = analyse(text);
    return {
      ...document,
      length,
      instructs:
        document.role === 'user' && detectDirectives(text).some(({ strength }) => strength === 'confirmed'),
      replies: document.role === 'user' && takesUpAnswer(text),
      ids: Uint32Array.from(counts.keys(), (term) => this.#number(term)),
      counts: Uint8Array.from(counts.values(), (count) => Math.min(count, 255)),
      meaning: this.#vectors?.meaning(text) ?? new Int8Array(0),
    };
  }

  #append(document: IndexedDocument): void {
    this.#postings.add(ascending(document));
    this.#documents.add(document);
    this.#meanings.add(document.meaning);
  }

  #question({ text, before, now }: RecallQuery): Question {
    const speakers = new Set([...this.#documents.names].filter((name) => mentions(text, name)));
    const spoken = new Set([...speakers].flatMap((name) => askedWords(name)).map(({ term }) => term));
    const asked = askedTogether(text, before).filter(({ term }) => !spoken.has(term));
    const latest = now ?? this.#documents.latest;
    const ranges = latest === undefined ? [] : timeRanges(text, latest);
    return {
      words: this.#rarest(asked),
      speakers,
      ranges: ranges.length > mostTimes ? [] : ranges,
      isAboutAnswers: asksForAnswers(text),
      likeness: this.#likeness(asked.map(({ word }) => word).join(' ')),
    };
  }

  #rarest(asked: readonly AskedWord[]): Question['words'] {
    const known = asked.flatMap((word) => {
      const number = this.#numbers.get(word.term);
      return number === undefined ? [] : [{ ...word, number }];
    });
    if (known.length <= mostWords) return known;
    const frequency = ({ number }: { number: number }) => this.#postings.frequency(number);
    return known.sort((a, z) => frequency(a) - frequency(z)).slice(0, mostWords);
  }

  #likeness(text: string): Float64Array | undefined {
    const meaning = this.#vectors?.meaning(text);
    return meaning && this.#meanings.likeness(meaning);
  }

  /** Each tenth place goes to an instruction where none stands in the ten by itself. */
  #withInstructions(found: readonly number[], total: Float64Array, query: RecallQuery): number[] {
    if (this.#documents.instructing.size === 0) return [...found];
    const standing = new Float64Array(total.length);
    for (const index of this.#documents.instructing) standing[index] = total[index] ?? 0;
    const instructions = best(standing, Math.floor(query.limit / instructionEvery), query.accepts);
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

  #foundIn(index: number, { words }: Question): string[] {
    const found = words.filter(({ number }) => this.#postings.count(number, index) > 0);
    return [...new Set(found.map(({ word }) => word))];
  }

  #number(term: string): number {
    const known = this.#numbers.get(term);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(term, number);
    this.#terms.push(term);
    return number;
  }
}

/** Names are written with a capital, so that "will" and "mark" are not taken for people. */
function mentions(text: string, name: string): boolean {
  const said = new Set(text.match(nameParts));
  return [...name.matchAll(nameParts)].some(([part]) => said.has(part));
}

const nameParts = /\p{Lu}[\p{L}\p{N}]+/gu;

/** In the order of the numbers; what was encoded here is so already. */
function ascending({ ids, counts }: TermCounts): TermCounts {
  if (isAscending(ids)) return { ids, counts };
  const order = Uint32Array.from(ids.keys()).sort((a, z) => (ids[a] ?? 0) - (ids[z] ?? 0));
  return { ids: order.map((at) => ids[at] ?? 0), counts: Uint8Array.from(order, (at) => counts[at] ?? 0) };
}

function isAscending(ids: Uint32Array): boolean {
  for (let at = 1; at < ids.length; at++) if ((ids[at - 1] ?? 0) > (ids[at] ?? 0)) return false;
  return true;
}
