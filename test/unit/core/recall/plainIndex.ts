/** The recall index as it is defined, without anything that makes it fast: what the real one is compared with. */
import {
  analyse,
  askedTogether,
  askedWords,
  asksForAnswers,
  takesUpAnswer,
} from '../../../../src/core/recall/analysis.ts';
import type { RecallDocument } from '../../../../src/core/recall/document.ts';
import { nearness, timeRanges } from '../../../../src/core/recall/times.ts';
import type { WordVectors } from '../../../../src/core/recall/wordVectors.ts';

const sittingMs = 6 * 3_600_000;

/** The score of each document. Names are of one word with a capital, and questions are short. */
export function plainScores(
  documents: readonly RecallDocument[],
  vectors: WordVectors,
  { text, now }: { text: string; now?: number },
): number[] {
  const size = documents.length;
  const analysed = documents.map((document) => analyse(document.text));
  const average = Math.max(1, analysed.reduce((sum, { length }) => sum + length, 0) / Math.max(1, size));
  const names = [...new Set(documents.flatMap(({ speaker }) => speaker ?? []))];
  const named = names.filter((name) => text.split(/\W+/).includes(name));
  const spoken = new Set(named.flatMap((name) => askedWords(name)).map(({ term }) => term));
  const asked = askedTogether(text, undefined).filter(({ term }) => !spoken.has(term));
  const words = asked.flatMap(({ term, weight }) => {
    const found = analysed.filter(({ counts }) => counts.has(term)).length;
    return found === 0 ? [] : [{ term, weight: weight * Math.log(1 + (size - found + 0.5) / (found + 0.5)) }];
  });
  const whole = Math.max(
    1,
    words.reduce((sum, { weight }) => sum + weight, 0),
  );
  const hasAssistant = documents.some(({ role }) => role === 'assistant');
  const ofUser = asksForAnswers(text) ? 1.25 : 2.5;
  const weightOf = (document: RecallDocument) => {
    if (document.role !== 'user') return 1;
    return hasAssistant && takesUpAnswer(document.text) ? Math.min(2.5 * (2 / 3), ofUser) : ofUser;
  };
  const own = documents.map((document, at) => {
    const { counts, length } = analysed[at] ?? analyse('');
    const norm = 1.2 * (1 - 0.75 + (0.75 * length) / average);
    const sum = words.reduce((before, { term, weight }) => {
      const count = Math.min(255, counts.get(term) ?? 0) / 4;
      return count === 0 ? before : before + (weight * 2.2 * count) / (count + norm);
    }, 0);
    return sum * weightOf(document);
  });
  const isTurn = ({ role }: RecallDocument) => role !== 'note' && role !== 'frame';
  const turns = [...documents.keys()].filter((at) => {
    const document = documents[at];
    return document !== undefined && isTurn(document);
  });
  const next = new Map<number, number>();
  const previous = new Map<number, number>();
  for (const [place, at] of turns.entries()) {
    const after = turns[place + 1] ?? -1;
    const [one, other] = [documents[at], documents[after]];
    if (!one || !other) continue;
    const apart = other.seq - one.seq;
    const pause = one.at === undefined || other.at === undefined ? 0 : other.at - one.at;
    if (apart <= 0 || apart > 64 || pause > sittingMs) continue;
    next.set(at, after);
    previous.set(after, at);
  }
  const two = (steps: Map<number, number>, at: number) => steps.get(steps.get(at) ?? -1) ?? -1;
  const borrowed = (at: number) => {
    const sum =
      0.5 * (own[two(previous, at)] ?? 0) +
      0.8 * (own[previous.get(at) ?? -1] ?? 0) +
      0.5 * (own[next.get(at) ?? -1] ?? 0) +
      0.2 * (own[two(next, at)] ?? 0);
    return sum / (1 + (analysed[at]?.length ?? 0) / 50);
  };
  const times = documents.flatMap(({ at }) => at ?? []);
  const latest = now ?? (times.length === 0 ? undefined : Math.max(...times));
  const ranges = latest === undefined ? [] : timeRanges(text, latest);
  const likeness = likenessOf(
    documents.map((document) => vectors.meaning(document.text)),
    vectors.meaning(asked.map(({ word }) => word).join(' ')),
  );
  const total = documents.map((document, at) => {
    let share = 0.5 * Math.max(0, likeness[at] ?? 0);
    if (ranges.length > 0 && document.at !== undefined) share += 0.3 * nearness(document.at, ranges);
    if (named.length > 0 && document.speaker !== undefined)
      share += named.includes(document.speaker) ? 0.3 : -0.1;
    return (own[at] ?? 0) + borrowed(at) + whole * share * weightOf(document);
  });
  const fromNotes = new Map<number, number>();
  for (const [at, document] of documents.entries()) {
    const found = total[at] ?? 0;
    if (isTurn(document) || found <= 0) continue;
    const covered = (document.covers ?? [])
      .map((id) => documents.findLastIndex((other) => other.id === id))
      .filter((place) => place >= 0);
    for (const turn of covered)
      fromNotes.set(turn, Math.max(fromNotes.get(turn) ?? 0, (0.6 * found) / Math.sqrt(covered.length)));
  }
  return total.map((score, at) => score + (fromNotes.get(at) ?? 0));
}

/** Cosines after what all have in common is taken out of the question. */
function likenessOf(meanings: readonly Int8Array[], question: Int8Array): number[] {
  const common = Array.from(question, (_, at) => meanings.reduce((sum, one) => sum + (one[at] ?? 0), 0));
  const along = common.reduce((sum, value, at) => sum + value * (question[at] ?? 0), 0);
  const square = common.reduce((sum, value) => sum + value * value, 0);
  const rest = common.map((value, at) => (question[at] ?? 0) - (square === 0 ? 0 : along / square) * value);
  const length = Math.hypot(...rest);
  if (length === 0) return meanings.map(() => 0);
  const wanted = rest.map((value) => Math.round((value / length) * 127));
  return meanings.map((one) => wanted.reduce((sum, value, at) => sum + value * (one[at] ?? 0), 0) / 127 ** 2);
}
