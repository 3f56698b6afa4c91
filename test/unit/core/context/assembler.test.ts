import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AssemblyInput, assemble } from '../../../../src/core/context/assembler.ts';
import { budgetOf } from '../../../../src/core/context/budget.ts';
import { attachmentText, unitsOf } from '../../../../src/core/context/conversation.ts';
import { claudeModels } from '../../../../src/core/providers/anthropic/models.ts';
import { messagesBody } from '../../../../src/core/providers/anthropic/request.ts';
import type { RequestBlock } from '../../../../src/core/providers/provider.ts';
import type { ContentBlock } from '../../../../src/protocol/content.ts';
import type { Entry } from '../../../../src/protocol/entries.ts';
import { reportTokens } from '../../../../src/protocol/report.ts';
import { parseBody } from '../../../support/anthropic/validate.ts';
import { entriesOf, idAt, logs, numbersIn } from './logs.ts';

const inputId = idAt(999);

/** Everything an assembly is made from, with the branch it comes from. */
interface Sample {
  path: Entry[];
  input: AssemblyInput;
}

/** A block costs its size, so that what a request takes can be added up from the request itself. */
const size = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);

const part = fc.record({ size: fc.nat({ max: 60 }) });

const samples: fc.Arbitrary<Sample> = fc
  .record({
    path: logs,
    total: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 5_000 })),
    older: fc.boolean(),
    memory: fc.array(part, { maxLength: 3 }),
    grounding: fc.array(part, { maxLength: 4 }),
    excluded: fc.array(part, { maxLength: 2 }),
    asked: fc.nat({ max: 60 }),
  })
  .map(({ path, total, older, memory, grounding, excluded, asked }) => ({
    path,
    input: {
      model: 'anthropic/m',
      budget: { window: total + 100, outputReserve: 50, total },
      system: [
        { kind: 'system' as const, label: 'Causeway', text: '<9001>words', reason: 'r', tokens: 10 },
        ...memory.map((one, place) => {
          const text = `<${9002 + place}>${'m'.repeat(one.size)}`;
          return { kind: 'memory_file' as const, label: `M${place}`, text, reason: 'r', tokens: size(text) };
        }),
      ],
      conversation: unitsOf(path).map((unit) => ({ ...unit, tokens: size(unit.messages) })),
      olderOmitted: older,
      grounding: grounding.map((one, place) => {
        const text = `<${9100 + place}>${'g'.repeat(one.size)}`;
        return { id: `g${place}`, label: `G${place}`, text, reason: 'r', tokens: size(text) };
      }),
      excluded: excluded.map((one, place) => ({
        id: `e${place}`,
        label: `E${place}`,
        text: '<8000>',
        reason: 'r',
        tokens: one.size,
      })),
      input: {
        entryId: inputId,
        blocks: [{ type: 'text' as const, text: `<9999>${'?'.repeat(asked)}` }],
        tokens: size(asked) + Math.ceil(asked / 4) + 4,
      },
    },
  }));

/** Undefined when the input alone is too large, which must be for that reason only. */
function assembled({ input }: Sample) {
  const least = input.input.tokens + (input.system[0]?.tokens ?? 0);
  try {
    return assemble(input);
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'input_too_large');
    const memory = input.system.slice(1).reduce((sum, { tokens }) => sum + tokens, 0);
    assert.ok(least + Math.min(memory, input.budget.total * 0.1) > input.budget.total);
    return undefined;
  }
}

const always = (
  property: (sample: Sample, made: NonNullable<ReturnType<typeof assembled>>) => void,
  runs = 3_000,
) =>
  fc.assert(
    fc.property(samples, (sample) => {
      const made = assembled(sample);
      if (made) property(sample, made);
    }),
    { numRuns: runs },
  );

const blocksIn = (made: ReturnType<typeof assemble>): RequestBlock[] =>
  made.messages.flatMap(({ content }) => content);

const bare = ({ cache: _, ...block }: RequestBlock): ContentBlock => block;

/** What an entry could have sent, as the blocks of a request. */
const blocksOfEntry = (entry: Entry): ContentBlock[] => {
  if (entry.kind === 'tool_result') return entry.results;
  if (entry.kind === 'assistant') return entry.content;
  if (entry.kind !== 'user') return [];
  const attached = (entry.attachments ?? []).map((item) => ({
    type: 'text' as const,
    text: attachmentText(item),
  }));
  return [...attached, ...entry.content];
};

describe('What is sent, whatever the log', () => {
  it('never exceeds the budget', () =>
    always(({ input }, { report }) => {
      assert.ok(reportTokens(report) <= input.budget.total);
      assert.ok(report.segments.every(({ tokens }) => Number.isInteger(tokens) && tokens >= 0));
    }));

  it('is a request the API takes: roles alternate, and no call is parted from its result', () =>
    always((_, made) => {
      const model = claudeModels[0];
      assert.ok(model);
      const request = { model: model.id, ...made, tools: [], maxOutputTokens: 100, question: '' };
      const body = messagesBody(
        { ...request, tools: [{ name: 't', description: 'd', inputSchema: {} }] },
        model,
      );
      parseBody(body, '2026-10-21');
      const roles = made.messages.map(({ role }) => role);
      assert.deepEqual(
        roles,
        roles.map((_, place) => (place % 2 === 0 ? 'user' : 'assistant')),
      );
      const marks = JSON.stringify(body).split('"cache_control"').length - 1;
      assert.ok(marks <= 4, `${marks} cache breakpoints`);
    }));

  it('keeps the order of the log, with the grounding and then the input at its end', () =>
    always((_, made) => {
      const numbers = numbersIn(blocksIn(made));
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
      );
      assert.equal(numbers.at(-1), 9999);
      assert.equal(made.messages.at(-1)?.role, 'user');
    }));

  it('is the newest part of the conversation without a hole', () =>
    always(({ input }, { report }) => {
      const all = input.conversation.flatMap(({ entryIds }) => entryIds);
      const sent = report.segments.find(({ kind }) => kind === 'conversation')?.entryIds ?? [];
      assert.deepEqual(sent, all.slice(all.length - sent.length));
    }));

  it('is listed in the report, and nothing is listed that is not sent', () =>
    always(({ path, input }, made) => {
      const { segments } = made.report;
      assert.deepEqual(
        segments.filter(({ kind }) => kind === 'system' || kind === 'memory_file').map(({ text }) => text),
        made.system.map(({ text }) => text),
      );
      const listed = segments.find(({ kind }) => kind === 'conversation')?.entryIds ?? [];
      const ofEntries = listed.map((id) => blocksOfEntry(path.find((entry) => entry.id === id) as Entry));
      const ofGrounding = segments.flatMap(({ kind, text }) =>
        kind === 'grounding' ? [{ type: 'text' as const, text: text ?? '' }] : [],
      );
      // Calls may be renamed, because ids must be unique in a request.
      const key = (block: ContentBlock) => JSON.stringify(block).replaceAll(/"c\d(_\d+)?"/g, '"c"');
      const left = blocksIn(made).map((block) => key(bare(block)));
      const take = (blocks: readonly ContentBlock[]): number => {
        const places = blocks.flatMap((block) =>
          left.includes(key(block)) ? [left.indexOf(key(block))] : [],
        );
        for (const block of blocks) if (left.includes(key(block))) left.splice(left.indexOf(key(block)), 1);
        return places.length;
      };
      for (const [place, blocks] of ofEntries.entries())
        assert.ok(take(blocks) > 0, `entry ${listed[place]} is listed, but nothing of it is sent`);
      assert.equal(take(ofGrounding), ofGrounding.length);
      assert.equal(take(input.input.blocks.map(bare)), input.input.blocks.length);
      assert.deepEqual(left, [], 'sent, but not listed');
    }));

  it('and what is not sent is named, with its tokens and a reason', () =>
    always(({ input }, { report }) => {
      const labels = [...report.segments, ...report.omitted].map(({ label }) => label);
      for (const { label } of [...input.system, ...input.grounding, ...input.excluded])
        assert.ok(labels.includes(label), label);
      const sent = report.segments.find(({ kind }) => kind === 'conversation')?.entryIds?.length ?? 0;
      const all = input.conversation.flatMap(({ entryIds }) => entryIds).length;
      const older = report.omitted.filter(({ label }) =>
        /^(\d+ )?older turns?$|^The beginning$/i.test(label),
      );
      assert.equal(older.length, sent < all || input.olderOmitted ? 1 : 0);
      const given = [
        ...input.system,
        ...input.grounding,
        ...input.excluded,
        ...input.conversation,
        input.input,
      ];
      const sum = (parts: readonly { tokens: number }[]) =>
        parts.reduce((total, { tokens }) => total + tokens, 0);
      assert.equal(sum(report.omitted) + reportTokens(report), sum(given));
      assert.ok(report.omitted.every(({ reason }) => reason !== ''));
    }));

  it('is the same for the same input, which is left as it was', () =>
    always((sample, made) => {
      const before = structuredClone(sample.input);
      assert.deepEqual(assemble(sample.input), made);
      assert.deepEqual(sample.input, before);
    }, 1_000));
});

describe('The part of a conversation that is sent', () => {
  const turns = (count: number): Entry[] =>
    entriesOf(
      Array.from({ length: count * 2 }, (_, place) =>
        place % 2 === 0
          ? { kind: 'user', texts: 1, blank: false, attached: 0, image: false, length: 10 }
          : { kind: 'assistant', texts: 1, calls: [], thinking: 'none', length: 10 },
      ),
      [],
    );
  const assembleTurns = (count: number, total: number) =>
    assemble({
      model: 'anthropic/m',
      budget: { window: total, outputReserve: 0, total },
      system: [],
      conversation: unitsOf(turns(count)).map((unit) => ({ ...unit, tokens: 10 })),
      olderOmitted: false,
      grounding: [],
      excluded: [],
      input: { entryId: inputId, blocks: [{ type: 'text', text: '?' }], tokens: 10 },
    });

  it('begins at a place that stays for many turns, so that the prompt cache holds', () => {
    const begins = Array.from({ length: 200 }, (_, count) => {
      const { report } = assembleTurns(count, 1_000);
      return report.segments.find(({ kind }) => kind === 'conversation')?.entryIds?.[0];
    });
    const moves = begins.filter((id, place) => place > 0 && id !== begins[place - 1]).length;
    // 400 entries, a cut every 32 of them, and the first turn.
    assert.ok(moves <= 400 / 32 + 1, `the cut moved ${moves} times`);
  });

  const labels: [count: number, total: number, label: string | undefined][] = [
    [1, 1_000, undefined],
    [1, 20, '1 older turn'],
    [3, 20, '3 older turns'],
  ];
  for (const [count, total, label] of labels) {
    it(`of ${count} turns within ${total} tokens leaves out ${label ?? 'nothing'}`, () =>
      assert.equal(assembleTurns(count, total).report.omitted[0]?.label, label));
  }
});

describe('A budget', () => {
  it('keeps room for the answer and for errors of counting, in every window', () => {
    const window = fc.integer({ min: 1, max: 2_000_000 });
    fc.assert(
      fc.property(
        window,
        fc.nat(300_000),
        fc.nat(300_000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (size, most, wanted, shrink) => {
          const budget = budgetOf({ window: size, maxOutput: most }, wanted, shrink);
          assert.ok(Number.isInteger(budget.total) && budget.total >= 0);
          assert.ok(budget.total + budget.outputReserve <= size);
          assert.ok(budget.outputReserve <= Math.min(most, wanted));
        },
      ),
    );
  });
});
