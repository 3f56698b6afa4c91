/** Random inputs of the assembler, with the branch they come from. Every text in them is there once and is numbered. */
import fc from 'fast-check';
import type { AssemblyInput } from '../../../../src/core/context/assembler.ts';
import { unitsOf } from '../../../../src/core/context/conversation.ts';
import type { Counted, DirectivePart, Part } from '../../../../src/core/context/parts.ts';
import type { InputEntry } from '../../../../src/core/context/render.ts';
import type { GroundingPart, RecalledPart } from '../../../../src/core/context/shareOut.ts';
import type { Entry } from '../../../../src/protocol/entries.ts';
import { entriesOf, idAt, logs, type Step } from './logs.ts';

export const inputId = idAt(999);

export interface Sample {
  /** Entries after the last frame. */
  path: Entry[];
  /** Entries of the turn after its input. */
  turn: Entry[];
  asked: InputEntry;
  input: AssemblyInput;
}

/** A text costs its size, so that what a request takes can be added up from the request itself. */
export const size = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);

const length = fc.nat({ max: 60 });
const lengths = (most: number) => fc.array(length, { maxLength: most });

const part = (kind: string, number: number, long: number): Counted<Part> => {
  const text = `<${number}>${kind[0]?.repeat(long)}`;
  return { id: `${kind}:${number}`, label: `${kind} ${number}`, text, reason: 'r', tokens: size(text) };
};

/** Open files, and passages with their places. */
const grounding = (place: number, long: number): Counted<GroundingPart> => ({
  ...part('grounding', 9_500 + place, long),
  ...(place % 2 === 0 ? {} : { place: { uri: 'file:///w/a.ts', path: 'a.ts', startLine: 1, endLine: 1 } }),
});

/** Calls with their results, as a turn with tools has them. */
const calls: fc.Arbitrary<Step[]> = fc
  .array(fc.record({ length, thinking: fc.constantFrom('none' as const, 'signed' as const) }), {
    maxLength: 4,
  })
  .map((steps) =>
    steps.flatMap(({ length: long, thinking }, place): Step[] => [
      { kind: 'assistant', texts: 1, calls: [`c${(place % 5) + 1}`], thinking, length: long },
      { kind: 'tool_result', ids: [`c${(place % 5) + 1}`], length: long },
    ]),
  );

export const samples: fc.Arbitrary<Sample> = fc
  .record({
    path: logs,
    calls,
    total: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 5_000 })),
    conversationTokens: fc.oneof(fc.nat({ max: 300 }), fc.constant(100_000)),
    older: fc.boolean(),
    tools: fc.boolean(),
    memory: lengths(3),
    directives: fc.array(fc.record({ long: length, pinned: fc.boolean(), isNew: fc.boolean() }), {
      maxLength: 6,
    }),
    frames: lengths(4),
    tasks: lengths(3),
    recalled: fc.array(
      fc.record({ long: length, asked: fc.boolean(), at: fc.nat({ max: 9 }), of: fc.nat({ max: 80 }) }),
      { maxLength: 8 },
    ),
    grounding: lengths(4),
    excluded: lengths(2),
    asked: length,
  })
  .map((given): Sample => {
    const { path, total } = given;
    const asked: InputEntry = {
      kind: 'input',
      id: inputId,
      content: [{ type: 'text', text: `<9999>${'?'.repeat(given.asked)}` }],
    };
    // The turn follows the branch: its numbers and ids are higher.
    const turn = entriesOf(given.calls, [], { number: 10_000, place: 1_000 });
    const entries = new Map([...path, ...turn].map((entry) => [entry.id, entry]));
    const sized = (one: Entry[]) => unitsOf(one).map((unit) => ({ ...unit, tokens: size(unit.messages) }));
    const definitions = [{ name: 't', description: '<7000>', inputSchema: { type: 'object' } }];
    const recalled = given.recalled.map(({ long, asked: wanted, at, of }, place): Counted<RecalledPart> => {
      // Some are of the branch, others older.
      const entryId = path[of]?.id ?? idAt(2_000 + of);
      return {
        ...part('recall', 9_400 + place, long),
        entryIds: [entryId],
        at,
        score: 1 + (of % 7),
        asked: wanted,
      };
    });
    return {
      path,
      turn,
      asked,
      input: {
        model: 'anthropic/m',
        budget: { window: total + 100, outputReserve: 50, total },
        thinking: false,
        tools: given.tools ? { definitions, tokens: size(definitions) } : undefined,
        system: [
          { kind: 'system', label: 'Causeway', text: '<9001>words', reason: 'r', tokens: 10 },
          ...given.memory.map((long, place) => ({
            kind: 'memory_file' as const,
            ...part('memory', 9_002 + place, long),
          })),
        ],
        directives: given.directives.map(
          ({ long, pinned, isNew }, place): Counted<DirectivePart> => ({
            ...part('directive', 9_100 + place, long),
            pinned,
            isNew,
          }),
        ),
        frames: given.frames.map((long, place) => part('frame', 9_200 + place, long)),
        conversation: sized(path),
        conversationTokens: given.conversationTokens,
        olderOmitted: given.older,
        tasks: given.tasks.map((long, place) => part('task', 9_300 + place, long)),
        recalled,
        grounding: given.grounding.map((long, place) => grounding(place, long)),
        excluded: given.excluded.map((long, place) => part('excluded', 8_000 + place, long)),
        missing: [],
        input: { entryId: inputId, tokens: size(asked.content) },
        turn: sized(turn),
        entryOf: (id) => (id === inputId ? asked : entries.get(id)),
      },
    };
  });
