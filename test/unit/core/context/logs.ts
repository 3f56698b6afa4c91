/** Random branches of a session, as strange as a log can be. Every text in them is there once and is numbered. */
import fc from 'fast-check';
import type { RequestBlock } from '../../../../src/core/providers/provider.ts';
import type { Attachment, Entry } from '../../../../src/protocol/entries.ts';

/** One step of a log, before its texts are numbered and its entries have their ids. */
export type Step =
  | { kind: 'user'; texts: number; blank: boolean; attached: number; image: boolean; length: number }
  | { kind: 'assistant'; texts: number; calls: string[]; thinking: 'none' | 'signed' | 'cut'; length: number }
  | { kind: 'tool_result'; ids: string[]; length: number }
  | { kind: 'title' | 'model' | 'rewind' | 'directive' };

const callIds = fc.uniqueArray(fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5'), { maxLength: 3 });
const length = fc.nat({ max: 120 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('user' as const),
      texts: fc.nat({ max: 2 }),
      blank: fc.boolean(),
      attached: fc.nat({ max: 2 }),
      image: fc.boolean(),
      length,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('assistant' as const),
      texts: fc.nat({ max: 2 }),
      calls: callIds,
      thinking: fc.constantFrom('none' as const, 'signed' as const, 'cut' as const),
      length,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('tool_result' as const),
      ids: callIds.filter((ids) => ids.length > 0),
      length,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('title' as const, 'model', 'rewind', 'directive') }),
  },
);

export const logs: fc.Arbitrary<Entry[]> = fc
  .tuple(
    fc.array(step, { maxLength: 60 }),
    fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 60, maxLength: 60 }),
  )
  .map(([steps, gaps]) => entriesOf(steps, gaps));

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Ids that say the place, so that a failing example can be read. */
export const idAt = (place: number): string => `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`;

/** `gaps` are the distances in the session's log, where other branches lie between. */
export function entriesOf(
  steps: readonly Step[],
  gaps: readonly number[],
  first = { number: 0, place: 0 },
): Entry[] {
  let { number } = first;
  let seq = first.place;
  const text = (size: number) => `<${++number}>${'x '.repeat(size)}.`;
  return steps.map((one, index): Entry => {
    const place = first.place + index;
    seq += gaps[index] ?? 1;
    const id = idAt(place);
    const common = {
      id,
      parentId: place === 0 ? null : idAt(place - 1),
      seq,
      at: seq,
      door: 'panel' as const,
    };
    const turnId = id;
    switch (one.kind) {
      case 'user':
        return {
          ...common,
          kind: 'user',
          turnId,
          grounding: 'off',
          ...(one.attached === 0
            ? {}
            : { attachments: many(one.attached, () => attachmentOf(text(one.length))) }),
          content: [
            ...(one.image
              ? [
                  {
                    type: 'image' as const,
                    source: { type: 'base64' as const, media_type: 'image/png' as const, data: pixel },
                  },
                ]
              : []),
            ...many(one.texts, () => ({ type: 'text' as const, text: text(one.length) })),
            ...(one.blank ? [{ type: 'text' as const, text: ' \n' }] : []),
          ],
        };
      case 'assistant':
        return {
          ...common,
          kind: 'assistant',
          turnId,
          provider: 'anthropic',
          model: 'm',
          content: [
            ...(one.thinking === 'none'
              ? []
              : [
                  {
                    type: 'thinking' as const,
                    thinking: text(one.length),
                    signature: one.thinking === 'cut' ? '' : `s${number}`,
                  },
                ]),
            ...many(one.texts, () => ({ type: 'text' as const, text: text(one.length) })),
            ...one.calls.map((call) => ({
              type: 'tool_use' as const,
              id: call,
              name: 't',
              input: { n: ++number },
            })),
          ],
        };
      case 'tool_result':
        return {
          ...common,
          kind: 'tool_result',
          turnId,
          results: one.ids.map((call) => ({
            type: 'tool_result' as const,
            tool_use_id: call,
            content: [{ type: 'text' as const, text: text(one.length) }],
          })),
        };
      case 'title':
        return { ...common, kind: 'title', title: 't' };
      case 'model':
        return { ...common, kind: 'model', provider: 'anthropic', model: 'm' };
      case 'rewind':
        return { ...common, kind: 'rewind' };
      case 'directive':
        return { ...common, kind: 'directive', directiveId: id, text: 'always', state: 'candidate' };
      default:
        return one satisfies never;
    }
  });
}

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

const attachmentOf = (text: string): Attachment => ({
  kind: 'file',
  uri: 'file:///w/a.ts',
  path: 'a.ts',
  text,
});

/** The numbers of all texts and calls in blocks, in their order. */
export const numbersIn = (blocks: readonly RequestBlock[]): number[] =>
  [...JSON.stringify(blocks).matchAll(/<(\d+)>|"n":(\d+)/g)].map((match) => Number(match[1] ?? match[2]));
