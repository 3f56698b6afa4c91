import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Assembly, type AssemblyInput, assemble } from '../../../../src/core/context/assembler.ts';
import { budgetOf } from '../../../../src/core/context/budget.ts';
import { attachmentText, unitsOf } from '../../../../src/core/context/conversation.ts';
import { type InputEntry, render } from '../../../../src/core/context/render.ts';
import { claudeModels } from '../../../../src/core/providers/anthropic/models.ts';
import { messagesBody } from '../../../../src/core/providers/anthropic/request.ts';
import type { RequestBlock } from '../../../../src/core/providers/provider.ts';
import type { ContentBlock } from '../../../../src/protocol/content.ts';
import type { Entry } from '../../../../src/protocol/entries.ts';
import { contextReport, reportTokens, type Segment } from '../../../../src/protocol/report.ts';
import { parseBody } from '../../../support/anthropic/validate.ts';
import { entriesOf, numbersIn } from './logs.ts';
import { inputId, type Sample, samples } from './samples.ts';

const sum = (parts: readonly { tokens: number }[]): number =>
  parts.reduce((total, { tokens }) => total + tokens, 0);

/** Undefined when the input cannot go, which must be for want of room only. */
function assembled({ input }: Sample): Assembly | undefined {
  try {
    return assemble(input);
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'input_too_large');
    const words = input.system.filter(({ kind }) => kind === 'system');
    const pinned = input.directives.filter((one) => one.pinned);
    const newest = input.turn.slice(-1);
    const least = sum([input.input, ...words, ...pinned, ...newest]) + (input.tools?.tokens ?? 0);
    assert.ok(least > input.budget.total, `${least} would have fitted into ${input.budget.total}`);
    return undefined;
  }
}

const always = (property: (sample: Sample, made: Assembly) => void, runs = 3_000) =>
  fc.assert(
    fc.property(samples, (sample) => {
      const made = assembled(sample);
      if (made) property(sample, made);
    }),
    { numRuns: runs },
  );

const blocksIn = (made: Assembly): RequestBlock[] => made.messages.flatMap(({ content }) => content);

const bare = ({ cache: _, ...block }: RequestBlock): RequestBlock => block;

const ofKind = (made: Assembly, kind: Segment['kind']): Segment[] =>
  made.report.segments.filter((segment) => segment.kind === kind);

/** What an entry could have sent, as the blocks of a request. */
const blocksOfEntry = (entry: Entry | InputEntry): ContentBlock[] => {
  if (entry.kind === 'tool_result') return entry.results;
  if (entry.kind === 'assistant') return entry.content;
  if (entry.kind !== 'user' && entry.kind !== 'input') return [];
  const attached = (entry.attachments ?? []).map((item) => ({
    type: 'text' as const,
    text: attachmentText(item),
  }));
  return [...attached, ...entry.content];
};

const bodyOf = (made: Assembly) => {
  const model = claudeModels[0];
  assert.ok(model);
  const tools = [{ name: 't', description: 'd', inputSchema: {} }];
  return messagesBody({ ...made, tools, model: model.id, maxOutputTokens: 100, question: '' }, model);
};

describe('What is sent, whatever the log', () => {
  it('never exceeds the budget', () =>
    always(({ input }, { report }) => {
      assert.ok(reportTokens(report) <= input.budget.total);
      assert.ok(report.segments.every(({ tokens }) => Number.isInteger(tokens) && tokens >= 0));
    }));

  it('is a request the API takes: roles alternate, and no call is parted from its result', () =>
    always((_, made) => {
      const body = bodyOf(made);
      parseBody(body, '2026-10-21');
      const roles = made.messages.map(({ role }) => role);
      assert.deepEqual(
        roles,
        roles.map((_role, place) => (place % 2 === 0 ? 'user' : 'assistant')),
      );
      const marks = JSON.stringify(body).split('"cache_control"').length - 1;
      assert.ok(marks <= 4, `${marks} cache breakpoints`);
      assert.equal(marks, made.report.segments.filter(({ cache }) => cache).length);
    }));

  it('stands in the order of the wire: system, frames, conversation, what changes, input, calls', () =>
    always((_, made) => {
      const order = ['tools', 'system', 'memory_file', 'directives', 'frame', 'conversation'];
      const volatile = ['directives', 'task', 'recall', 'grounding', 'input', 'conversation'];
      let at = 0;
      for (const { kind } of made.report.segments) {
        const next = [...order, ...volatile].indexOf(kind, at);
        assert.ok(next >= 0, `${kind} stands too late`);
        at = next;
      }
      const byPlace = numbersIn(blocksIn(made)).filter((number) => number < 8_000 || number >= 10_000);
      assert.deepEqual(
        byPlace,
        [...byPlace].sort((a, b) => a - b),
        'the order of the log',
      );
    }));

  it('has each directive that is pinned, whole, while there is room for it beside the input', () =>
    always(({ input }, made) => {
      const words = input.system.filter(({ kind }) => kind === 'system');
      const pinned = input.directives.filter((one) => one.pinned);
      const least = sum([input.input, ...words, ...pinned]) + (input.tools?.tokens ?? 0);
      const sent = JSON.stringify([made.system, made.messages]);
      for (const { label, text } of pinned) {
        if (least <= input.budget.total) assert.ok(sent.includes(JSON.stringify(text).slice(1, -1)), text);
        else
          assert.ok(
            sent.includes(JSON.stringify(text).slice(1, -1)) ||
              made.report.omitted.some((one) => one.label === label),
            'it is gone without a word',
          );
      }
      if (sum(pinned) > input.budget.total * 0.1)
        assert.ok(made.report.omitted.some(({ label }) => label === 'Pinned directives'));
    }));

  it('is the newest part of the conversation without a hole', () =>
    always(({ input }, made) => {
      const all = input.conversation.flatMap(({ entryIds }) => entryIds);
      const turn = new Set(input.turn.flatMap(({ entryIds }) => entryIds));
      const sent = ofKind(made, 'conversation').flatMap(({ entryIds = [] }) => entryIds);
      const before = sent.filter((id) => !turn.has(id));
      assert.deepEqual(before, all.slice(all.length - before.length));
      const after = sent.filter((id) => turn.has(id));
      assert.deepEqual(after, [...turn].slice(turn.size - after.length));
      const mostly = Math.max(input.conversationTokens, sum(lastTurn(input)));
      assert.ok(
        sum(input.conversation.filter(({ entryIds }) => before.includes(entryIds[0] ?? ''))) <= mostly,
      );
    }));

  it('quotes no turn that it has word for word, and each that the user pinned while there is room', () =>
    always(({ input }, made) => {
      const sent = new Set(ofKind(made, 'conversation').flatMap(({ entryIds = [] }) => entryIds));
      const quoted = ofKind(made, 'recall');
      assert.ok(quoted.every(({ entryIds = [] }) => !entryIds.every((id) => sent.has(id))));
      for (const part of input.recalled.filter(({ asked }) => asked)) {
        const isThere =
          quoted.some(({ partId }) => partId === part.id) || part.entryIds.every((id) => sent.has(id));
        assert.ok(isThere || made.report.omitted.some(({ label }) => label === part.label), part.label);
      }
    }));

  it('is what the report gives back, also after it was stored', () =>
    always((sample, made) => {
      const stored = contextReport.parse(JSON.parse(JSON.stringify(made.report)));
      const { tools, system, messages } = made;
      assert.deepEqual(render(stored.segments, sample.input.entryOf), { tools, system, messages });
    }));

  it('is listed in the report, and nothing is listed that is not sent', () =>
    always((sample, made) => {
      const { segments } = made.report;
      const texts = segments.flatMap(({ text }) => (text === undefined ? [] : [text]));
      const ofEntries = segments.flatMap(({ text, entryIds = [] }) =>
        text === undefined ? entryIds.map((id) => [id, blocksOfEntry(entryWith(sample, id))] as const) : [],
      );
      // Calls may be renamed, because ids must be unique in a request, and directives stand in one block.
      const key = (block: RequestBlock) => JSON.stringify(block).replaceAll(/"c\d(_\d+)?"/g, '"c"');
      const left = blocksIn(made).map((block) => key(bare(block)));
      for (const [id, blocks] of ofEntries) {
        let found = 0;
        for (const block of blocks) {
          const place = left.indexOf(key(block));
          if (place < 0) continue;
          left.splice(place, 1);
          found++;
        }
        assert.ok(found > 0, `entry ${id} is listed, but nothing of it is sent`);
      }
      const own = [...made.system.map(({ text }) => text), ...left.map((json) => JSON.parse(json).text)];
      const ofTools = ofKind(made, 'tools').map(({ text }) => text);
      assert.deepEqual(own.join('\n'), texts.filter((text) => !ofTools.includes(text)).join('\n'));
      assert.equal(ofTools.join(), made.tools.length > 0 ? JSON.stringify(made.tools) : '');
    }));

  it('and what is not sent is named, with its tokens and a reason', () =>
    always(({ input }, { report }) => {
      const sent = report.segments.filter(({ kind }) => kind === 'conversation');
      const ids = new Set(sent.flatMap(({ entryIds = [] }) => entryIds));
      // A recalled turn that is sent word for word is neither quoted nor left out.
      const recalled = input.recalled.filter((part) => !part.entryIds.every((id) => ids.has(id)));
      const given = [
        ...(input.tools ? [input.tools] : []),
        ...input.system,
        ...input.directives,
        ...input.frames,
        ...input.conversation,
        ...input.tasks,
        ...recalled,
        ...input.grounding,
        ...input.excluded,
        ...input.turn,
        input.input,
      ];
      assert.equal(sum(report.omitted) + reportTokens(report), sum(given));
      assert.ok(report.omitted.every(({ label, reason }) => label !== '' && reason !== ''));
    }));

  it('is the same for the same input, which is left as it was', () =>
    always(({ input }, made) => {
      const { entryOf: _, ...data } = input;
      const before = structuredClone(data);
      assert.deepEqual(assemble(input), made);
      assert.deepEqual(data, before);
    }, 1_000));
});

const lastTurn = ({ conversation }: AssemblyInput) =>
  conversation.slice(
    Math.max(
      0,
      conversation.findLastIndex(({ opens }) => opens),
    ),
  );

function entryWith({ path, turn, asked }: Sample, id: string): Entry | InputEntry {
  const entry = [...path, ...turn, asked].find((one) => one.id === id);
  assert.ok(entry);
  return entry;
}

const asked: InputEntry = { kind: 'input', id: inputId, content: [{ type: 'text', text: '?' }] };
const entryOf = (path: readonly Entry[]) => (id: string) =>
  id === inputId ? asked : path.find((entry) => entry.id === id);
const bareInput: AssemblyInput = {
  model: 'anthropic/m',
  budget: { window: 1_000, outputReserve: 0, total: 1_000 },
  thinking: false,
  tools: undefined,
  system: [],
  directives: [],
  frames: [],
  conversation: [],
  conversationTokens: 100_000,
  olderOmitted: false,
  tasks: [],
  recalled: [],
  grounding: [],
  excluded: [],
  missing: [],
  input: { entryId: inputId, tokens: 10 },
  turn: [],
  entryOf: entryOf([]),
};

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
  const assembleTurns = (count: number, total: number, more: Partial<AssemblyInput> = {}) =>
    assemble({
      ...bareInput,
      budget: { window: total, outputReserve: 0, total },
      conversation: unitsOf(turns(count)).map((unit) => ({ ...unit, tokens: 10 })),
      ...more,
      entryOf: entryOf(turns(count)),
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
