/**
 * Evidence in the context: which share of the turns that hold the evidence would be sent, word for word, with a question
 * asked at the end of its conversation, in 4,000, 8,000 and 16,000 tokens. Everything sent is counted: Causeway's own
 * words, tools, directives, frames, recalled turns with their framing, the newest turns, and the question.
 */
import { detectDirectives } from '../../../src/core/context/directives/cues.ts';
import { systemParts } from '../../../src/core/context/systemPrompt.ts';
import { ClaudeVocabulary } from '../../../src/workers/claudeVocabulary.ts';
import type { Row } from '../support/table.ts';
import type { Conversation, Question, Turn } from './data.ts';
import { type Rank, shareFound, withIntervals } from './figures.ts';
import { remembered } from './systems.ts';

const budgets = { '4k': 4000, '8k': 8000, '16k': 16_000 };

interface Sent {
  /** Places of the turns that are there word for word. */
  turns: readonly number[];
  /** Places of the turns whose standing instructions are pinned. */
  directives: readonly number[];
  /** Places of the turns of which a frame has a line; none where there are no frames. */
  frames?: readonly number[];
  tokens: number;
}
export type Assemble = (question: Question, budget: number) => Sent | Promise<Sent>;

interface Priced {
  /** What each turn costs with its framing. */
  turns: readonly number[];
  directives: { places: readonly number[]; tokens: number };
}

const vocabulary = new ClaudeVocabulary();
export const count = (text: string): number => vocabulary.count([text])[0] ?? 0;
const ownWords = count(
  systemParts(undefined, '', [], {})
    .map(({ text }) => text)
    .join('\n'),
);

const framed = ({ id, role, date, text }: Turn): string =>
  `<earlier_turn id="${id}" role="${role}"${date ? ` date="${date}"` : ''}>\n${text}\n</earlier_turn>\n`;

const priced = remembered(({ turns }: Conversation): Priced => {
  const pinned = turns.flatMap(({ role, text }, place) =>
    role !== 'user'
      ? []
      : detectDirectives(text)
          .filter(({ strength }) => strength === 'confirmed')
          .map((directive) => ({ place, text: directive.text })),
  );
  const block = `<directives>\n${pinned.map(({ text }) => `- ${text}`).join('\n')}\n</directives>\n`;
  // Where both sides are people, nobody is instructed.
  const isChat = turns.some(({ role }) => role === 'assistant');
  return {
    turns: turns.map((turn) => count(framed(turn))),
    directives: isChat
      ? { places: pinned.map(({ place }) => place), tokens: count(block) }
      : { places: [], tokens: 0 },
  };
});

/** The newest turns that fit, the newest first. */
function newest(prices: readonly number[], room: number): number[] {
  const places: number[] = [];
  let left = room;
  for (let place = prices.length - 1; place >= 0; place--) {
    left -= prices[place] ?? 0;
    if (left < 0) break;
    places.push(place);
  }
  return places;
}

const sum = (prices: readonly number[], places: readonly number[]): number =>
  places.reduce((total, place) => total + (prices[place] ?? 0), 0);

/** In the order of the ranking, whatever still fits. */
export function filledBy(rank: Rank): Assemble {
  return (question, budget) => {
    const { turns } = priced(question.conversation);
    const fixed = ownWords + count(question.text);
    let room = budget - fixed;
    const sent = rank(question, question.conversation.size).filter((place) => {
      const tokens = turns[place] ?? 0;
      if (tokens > room) return false;
      room -= tokens;
      return true;
    });
    return { turns: sent, directives: [], tokens: fixed + sum(turns, sent) };
  };
}

export const newestOnly: Assemble = ({ text, conversation }, budget) => {
  const { turns } = priced(conversation);
  const fixed = ownWords + count(text);
  const sent = newest(turns, budget - fixed);
  return { turns: sent, directives: [], tokens: fixed + sum(turns, sent) };
};

export const everything: Assemble = ({ text, conversation }) => {
  const { turns } = priced(conversation);
  const sent = [...turns.keys()];
  return { turns: sent, directives: [], tokens: ownWords + count(text) + sum(turns, sent) };
};

export async function contextRow(
  system: string,
  questions: readonly Question[],
  assemble: Assemble,
): Promise<Row> {
  const row: Row = { system };
  for (const [name, budget] of Object.entries(budgets)) {
    const verbatim: number[] = [];
    const pinned: number[] = [];
    const framed: number[] = [];
    let tokens = 0;
    for (const question of questions) {
      const sent = await assemble(question, budget);
      if (assemble !== everything && sent.tokens > budget) {
        throw new Error(`${sent.tokens} tokens were sent where ${budget} are allowed.`);
      }
      verbatim.push(shareFound(question, sent.turns));
      const quoted = new Set(sent.turns);
      const besides = (places: readonly number[]) =>
        shareFound(
          question,
          places.filter((place) => !quoted.has(place)),
        );
      pinned.push(besides(sent.directives));
      framed.push(besides(sent.frames ?? []));
      tokens += sent.tokens;
    }
    const shares = {
      [`evidence_${name}`]: verbatim,
      [`by_directives_${name}`]: pinned,
      [`by_frames_${name}`]: framed,
    };
    Object.assign(row, withIntervals(shares), {
      [`tokens_${name}`]: Math.round(tokens / Math.max(1, questions.length)),
    });
  }
  return row;
}
