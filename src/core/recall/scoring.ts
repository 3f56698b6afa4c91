/**
 * How much each document has to do with a question: its words, those of the turns around it, who said it, what it
 * means and when it was said, added up. Pure.
 */
import { type AskedWord, wholeWord } from './analysis.ts';
import type { RecallReason } from './document.ts';
import { type Documents, fromUser, none, replies } from './documents.ts';
import type { FoundTerm } from './postings.ts';
import { nearness, type TimeRange } from './times.ts';

/** The usual constants of BM25: repetition counts less and less, long documents are held to their length. */
const k1 = 1.2;
const b = 0.75;

/** Users say in few words what matters; an answer repeats those words at length and adds many of its own. */
const userWeight = 2.5;
/** Where a question is about answers too, what users said leads by half as much. */
const userWeightBesideAnswers = userWeight / 2;

/**
 * What a turn lends of its score to the turns around it: what comes next was often said about it, what came before is
 * the question it answers; two steps away it is about half as sure.
 */
const toNext = 0.8;
const toSecondNext = 0.5;
const toPrevious = 0.5;
const toSecondPrevious = 0.2;
/** A turn of so many words says half itself what it is about; shorter ones live on what is around them. */
const halfByItself = 50;

/**
 * The rest is measured in shares of what all words of the question together weigh, so that it counts alike in a
 * question of two words and of twenty. None outweighs the words: each only decides between what they leave open.
 */
const meaningShare = 0.5;
const timeShare = 0.3;
const speakerShare = 0.3;
/** Others speak about somebody too, but less often than of themselves. */
const otherSpeakerShare = -0.1;
/** A note is about its turns as surely as a neighbour is; the more turns it stands for, the less about each. */
const noteShare = 0.6;

/** A reply that takes up an answer holds little of its own. */
const replyWeight = userWeight * (2 / 3);

export interface Question {
  words: readonly (AskedWord & { found: FoundTerm })[];
  /** The names of speakers that it mentions, by their place. */
  speakers: ReadonlySet<number>;
  ranges: readonly TimeRange[];
  /** It wants answers retold too. */
  isAboutAnswers: boolean;
  /** Cosines in 127ths of 127ths. */
  likeness: Int32Array | undefined;
}

/** How long a likeness of 1 is. */
const alike = 127 * 127;

export interface Scores {
  /** By document. */
  total: Float64Array;
  /** Why a document scored, by what weighed most. */
  why(index: number): RecallReason;
}

/** Gives each document its score, in arrays that are used again: what it gave is valid until it is asked again. */
export class Scorer {
  #own = new Float64Array(0);
  #total = new Float64Array(0);

  score(question: Question, documents: Documents): Scores {
    const { size } = documents;
    if (size > this.#own.length) {
      const length = Math.ceil(size * 1.5);
      [this.#own, this.#total] = [new Float64Array(length), new Float64Array(length)];
    }
    const sums = { own: this.#own.subarray(0, size).fill(0), total: this.#total.subarray(0, size) };
    return score(question, documents, sums);
  }
}

interface Sums {
  /** Of the words of each document itself. */
  own: Float64Array;
  total: Float64Array;
}

function score(question: Question, documents: Documents, { own, total }: Sums): Scores {
  const { times, speakers, marks } = documents.all;
  const weights = question.words.map(({ found, weight }) => weight * rarity(found.frequency, documents.size));
  const whole = Math.max(
    1,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  const byMarks = weightsByMarks(question, documents);
  const weightOf = (index: number): number => byMarks[(marks[index] ?? 0) & weighed] ?? 1;
  const timely = (index: number): number => {
    const at = times[index] ?? Number.NaN;
    return Number.isNaN(at) ? 0 : nearness(at, question.ranges);
  };
  const isTimed = question.ranges.length > 0;
  const isSpoken = question.speakers.size > 0;
  const beside =
    isTimed || isSpoken
      ? (index: number) =>
          (isTimed ? timeShare * timely(index) : 0) +
          (isSpoken ? speakerPart(question, speakers[index] ?? 0) : 0)
      : undefined;
  addWordScores(question.words, weights, documents, own);
  weigh(own, marks, byMarks);
  addUp({ own, total }, { documents, byMarks, whole, likeness: question.likeness, beside });
  const fromNotes = noteScores(documents, total);
  for (const [index, more] of fromNotes) total[index] = (total[index] ?? 0) + more;

  return {
    total,
    why(index) {
      const words = own[index] ?? 0;
      const role = documents.role(index);
      if (role === 'note' || role === 'frame' || (fromNotes.get(index) ?? 0) > words) return 'note';
      if (timeShare * whole * timely(index) * weightOf(index) > words) return 'time';
      if (words > 0) return 'words';
      const meant = meaningShare * whole * ((question.likeness?.[index] ?? 0) / alike) * weightOf(index);
      const { previous, next, quarters } = documents.all;
      const lent = around(index, own, previous, next) / byItself(quarters[index] ?? 0);
      return lent > meant ? 'neighbour' : 'meaning';
    },
  };
}

/** The marks that decide what the words of a document weigh. */
const weighed = fromUser | replies;

/** What they weigh, by those marks: a table, because a loop over all documents has no time for more. */
function weightsByMarks({ isAboutAnswers }: Question, { hasAssistant }: Documents): Float64Array {
  const ofUser = isAboutAnswers ? userWeightBesideAnswers : userWeight;
  const weights = new Float64Array(weighed + 1).fill(1);
  weights[fromUser] = ofUser;
  weights[fromUser | replies] = hasAssistant ? Math.min(replyWeight, ofUser) : ofUser;
  return weights;
}

function weigh(own: Float64Array, marks: Uint8Array, byMarks: Float64Array): void {
  for (let index = 0; index < own.length; index++)
    own[index] = (own[index] ?? 0) * (byMarks[(marks[index] ?? 0) & weighed] ?? 1);
}

interface Beside {
  documents: Documents;
  byMarks: Float64Array;
  /** What all words of the question together weigh. */
  whole: number;
  likeness: Int32Array | undefined;
  /** The shares of a document's time and speaker together; undefined where none is asked for. */
  beside: ((index: number) => number) | undefined;
}

/** A loop over all documents, several times a turn: it makes no objects and calls nothing that does. */
function addUp({ own, total }: Sums, { documents, byMarks, whole, likeness, beside }: Beside): void {
  const { marks, previous, next, quarters } = documents.all;
  const meaning = (meaningShare * whole) / alike;
  for (let index = 0; index < total.length; index++) {
    const weight = byMarks[(marks[index] ?? 0) & weighed] ?? 1;
    const alikeness = likeness === undefined ? 0 : Math.max(0, likeness[index] ?? 0);
    total[index] =
      (own[index] ?? 0) +
      around(index, own, previous, next) / byItself(quarters[index] ?? 0) +
      meaning * alikeness * weight;
  }
  if (beside === undefined) return;
  for (let index = 0; index < total.length; index++) {
    const weight = byMarks[(marks[index] ?? 0) & weighed] ?? 1;
    total[index] = (total[index] ?? 0) + whole * beside(index) * weight;
  }
}

/** What the words of the turns around a document count for it. */
function around(index: number, own: Float64Array, previous: Int32Array, next: Int32Array): number {
  const before = previous[index] ?? none;
  const after = next[index] ?? none;
  let sum = 0;
  if (before !== none) {
    const second = previous[before] ?? none;
    sum = toNext * (own[before] ?? 0) + (second === none ? 0 : toSecondNext * (own[second] ?? 0));
  }
  if (after === none) return sum;
  const second = next[after] ?? none;
  return sum + toPrevious * (own[after] ?? 0) + (second === none ? 0 : toSecondPrevious * (own[second] ?? 0));
}

/** What is divided by for a document of so many quarters of words: the more it says itself, the less it is lent. */
const byItself = (quarters: number): number => 1 + quarters / wholeWord / halfByItself;

/** Robertson's inverse document frequency: rare words say more. */
const rarity = (found: number, size: number): number => Math.log(1 + (size - found + 0.5) / (found + 0.5));

function addWordScores(
  words: Question['words'],
  weights: readonly number[],
  documents: Documents,
  scores: Float64Array,
): void {
  const average = documents.averageLength;
  const { quarters } = documents.all;
  for (const [at, { found }] of words.entries()) {
    const weight = (weights[at] ?? 0) * (k1 + 1);
    for (const { first, documents: places, counts, start, end } of found.lists) {
      for (let entry = start; entry < end; entry++) {
        const document = first + (places[entry] ?? 0);
        const count = (counts[entry] ?? 0) / wholeWord;
        const norm = k1 * (1 - b + (b * ((quarters[document] ?? 0) / wholeWord)) / average);
        scores[document] = (scores[document] ?? 0) + (weight * count) / (count + norm);
      }
    }
  }
}

function speakerPart(question: Question, speaker: number): number {
  if (speaker === 0) return 0;
  return question.speakers.has(speaker) ? speakerShare : otherSpeakerShare;
}

function noteScores(documents: Documents, total: Float64Array): Map<number, number> {
  const scores = new Map<number, number>();
  for (const note of documents.notes) {
    const found = total[note] ?? 0;
    if (found <= 0) continue;
    const covered = documents.covered(note);
    const share = (noteShare * found) / Math.sqrt(covered.length);
    for (const turn of covered) scores.set(turn, Math.max(scores.get(turn) ?? 0, share));
  }
  return scores;
}
