/**
 * How much each document has to do with a question: its words, those of the turns around it, who said it, what it
 * means and when it was said, added up. Pure.
 */
import { type AskedWord, wholeWord } from './analysis.ts';
import type { RecallReason } from './document.ts';
import { type Documents, none } from './documents.ts';
import type { Postings } from './postings.ts';
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
  words: readonly (AskedWord & { number: number })[];
  /** The names of speakers that it mentions. */
  speakers: ReadonlySet<string>;
  ranges: readonly TimeRange[];
  /** It wants answers retold too. */
  isAboutAnswers: boolean;
  likeness: Float64Array | undefined;
}

export interface Scores {
  total: Float64Array;
  /** Why a document scored, by what weighed most. */
  why(index: number): RecallReason;
}

export function score(question: Question, documents: Documents, postings: Postings): Scores {
  const weights = question.words.map(({ number, weight }) => weight * rarity(number, postings));
  const whole = Math.max(
    1,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  const ofUser = question.isAboutAnswers ? userWeightBesideAnswers : userWeight;
  const weightOf = (index: number): number => {
    if (!documents.isUser(index)) return 1;
    return documents.hasAssistant && documents.replies(index) ? Math.min(replyWeight, ofUser) : ofUser;
  };
  const size = documents.size;
  const own = wordScores(question.words, weights, documents, postings);
  const lent = new Float64Array(size);
  const lend = (to: number, amount: number) => {
    if (to !== none) lent[to] = (lent[to] ?? 0) + amount;
  };
  for (let index = 0; index < size; index++) {
    const words = (own[index] ?? 0) * weightOf(index);
    if (words === 0) continue;
    own[index] = words;
    const next = documents.next(index);
    const previous = documents.previous(index);
    lend(next, toNext * words);
    lend(previous, toPrevious * words);
    if (next !== none) lend(documents.next(next), toSecondNext * words);
    if (previous !== none) lend(documents.previous(previous), toSecondPrevious * words);
  }
  const timely = (index: number): number => {
    const { at } = documents.at(index);
    return at === undefined ? 0 : nearness(at, question.ranges);
  };
  const borrowed = (index: number): number =>
    (lent[index] ?? 0) / (1 + documents.length(index) / halfByItself);
  const total = new Float64Array(size);
  for (let index = 0; index < size; index++) {
    let beside = meaningShare * Math.max(0, question.likeness?.[index] ?? 0);
    if (question.ranges.length > 0) beside += timeShare * timely(index);
    if (question.speakers.size > 0) beside += speakerPart(question, documents.speaker(index));
    total[index] = (own[index] ?? 0) + borrowed(index) + whole * beside * weightOf(index);
  }
  const fromNotes = noteScores(documents, total);
  for (const [index, more] of fromNotes) total[index] = (total[index] ?? 0) + more;

  return {
    total,
    why(index) {
      const words = own[index] ?? 0;
      const { role } = documents.at(index);
      if (role === 'note' || role === 'frame' || (fromNotes.get(index) ?? 0) > words) return 'note';
      if (timeShare * whole * timely(index) * weightOf(index) > words) return 'time';
      if (words > 0) return 'words';
      const meant = meaningShare * whole * (question.likeness?.[index] ?? 0) * weightOf(index);
      return borrowed(index) > meant ? 'neighbour' : 'meaning';
    },
  };
}

/** Robertson's inverse document frequency: rare words say more. */
function rarity(number: number, postings: Postings): number {
  const found = postings.frequency(number);
  return Math.log(1 + (postings.size - found + 0.5) / (found + 0.5));
}

function wordScores(
  words: Question['words'],
  weights: readonly number[],
  documents: Documents,
  postings: Postings,
): Float64Array {
  const scores = new Float64Array(documents.size);
  const average = documents.averageLength;
  postings.visit(
    words.map(({ number }) => number),
    (at, { first, documents: places, counts, start, end }) => {
      const weight = (weights[at] ?? 0) * (k1 + 1);
      for (let entry = start; entry < end; entry++) {
        const document = first + (places[entry] ?? 0);
        const count = (counts[entry] ?? 0) / wholeWord;
        const norm = k1 * (1 - b + (b * documents.length(document)) / average);
        scores[document] = (scores[document] ?? 0) + (weight * count) / (count + norm);
      }
    },
  );
  return scores;
}

function speakerPart(question: Question, speaker: string | undefined): number {
  if (speaker === undefined) return 0;
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
