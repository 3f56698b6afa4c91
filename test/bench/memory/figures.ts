/** The figures of a ranking, each with its 95% interval. */
import { isStopWord, terms } from '../../../src/core/grounding/terms.ts';
import type { Row } from '../support/table.ts';
import type { Question } from './data.ts';

/** Places of turns, the best first. */
export type Rank = (question: Question, limit: number) => readonly number[];

const deepest = 10;
const resamples = 1000;

export function rankingRow(system: string, questions: readonly Question[], rank: Rank): Row {
  const figures: Record<string, number[]> = { recall_at_5: [], recall_at_10: [], mrr: [], hit_at_10: [] };
  for (const question of questions) {
    const ranked = rank(question, deepest).slice(0, deepest);
    const first = ranked.findIndex((place) => question.evidence.has(place));
    figures.recall_at_5?.push(shareFound(question, ranked.slice(0, 5)));
    figures.recall_at_10?.push(shareFound(question, ranked));
    figures.mrr?.push(first < 0 ? 0 : 1 / (first + 1));
    figures.hit_at_10?.push(first < 0 ? 0 : 1);
  }
  return { system, queries: questions.length, ...withIntervals(figures) };
}

/** Of the turns that hold the evidence, how many are among these. */
export function shareFound({ evidence }: Question, places: readonly number[]): number {
  const found = new Set(places.filter((place) => evidence.has(place)));
  return found.size / evidence.size;
}

/** The mean of each figure beside the interval in which 95 of 100 means of as many drawn anew lie. */
export function withIntervals(
  figures: Readonly<Record<string, readonly number[]>>,
): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, values]) => [
      [name, rounded(mean(values))],
      [`${name}_95`, interval(values)],
    ]),
  );
}

function interval(values: readonly number[]): string {
  // The generator of Lehmer, so that the same values give the same interval.
  let state = 20_231;
  const draw = () => {
    state = (state * 48_271) % 2_147_483_647;
    return values[state % values.length] ?? 0;
  };
  const means = Array.from({ length: resamples }, () => mean(values.map(draw))).sort((a, z) => a - z);
  const at = (share: number) => rounded(means[Math.floor(share * (resamples - 1))] ?? 0).toFixed(3);
  return `${at(0.025)}-${at(0.975)}`;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Whether the question has no content word in common with any of its evidence, stemmed. */
export function sharesNoWord({ text, evidence, conversation }: Question): boolean {
  const asked = new Set(terms(text).filter((term) => !isStopWord(term)));
  return [...evidence].every((place) =>
    terms(conversation.turns[place]?.text ?? '').every((term) => !asked.has(term)),
  );
}
