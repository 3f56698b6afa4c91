/** Standing instructions found by their wording: how often those that are asked about, and how much else is flagged. */
import { detectDirectives } from '../../../src/core/context/directives/cues.ts';
import type { Row } from '../support/table.ts';
import type { MemoryData, Question } from './data.ts';
import { withIntervals } from './figures.ts';

export function directiveRows({ conversations, questions }: MemoryData): Row[] {
  const flagged = new Map(
    conversations.map((conversation) => [
      conversation,
      new Map(
        conversation.turns.flatMap(({ role, text }, place) => {
          const found = role === 'user' ? detectDirectives(text) : [];
          return found.length === 0
            ? []
            : [[place, found.some(({ strength }) => strength === 'confirmed')] as const];
        }),
      ),
    ]),
  );
  const users = conversations.flatMap(({ turns }) => turns).filter(({ role }) => role === 'user').length;
  const places = [...flagged.values()].flatMap((turns) => [...turns.values()]);
  const hits = (kind: string, wanted: (isConfirmed: boolean) => boolean): number[] =>
    questions
      .filter((question) => question.kind === kind)
      .map((question) => {
        const turns = flagged.get(question.conversation);
        const isFound = [...question.evidence].some((place) => {
          const isConfirmed = turns?.get(place);
          return isConfirmed !== undefined && wanted(isConfirmed);
        });
        return isFound ? 1 : 0;
      });
  const row = (system: string, wanted: (isConfirmed: boolean) => boolean): Row => ({
    system,
    ...withIntervals({
      instruction_hit: hits('instruction_following', wanted),
      preference_hit: hits('preference_following', wanted),
    }),
    flagged_of_user_turns: places.filter(wanted).length / Math.max(1, users),
  });
  return [row('causeway', () => true), row('causeway (confirmed only)', (isConfirmed) => isConfirmed)];
}

export const asksForDirectives = ({ kind }: Question): boolean =>
  kind === 'instruction_following' || kind === 'preference_following';
