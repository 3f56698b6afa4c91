import assert from 'node:assert/strict';
import fc from 'fast-check';
import { extractiveFrame } from '../../../../src/core/context/extractiveFrame.ts';
import { bodyTokens, mergedBodies } from '../../../../src/core/context/frameBody.ts';
import { type Said, saidIn } from '../../../../src/core/context/said.ts';
import type { FrameBody } from '../../../../src/protocol/entries.ts';

const turn = (role: Said['role'], text: string, more: Partial<Said> = {}): Said => ({
  entryId: `${role}-${text.length}`,
  turnId: 't',
  role,
  text,
  touched: [],
  failures: [],
  ...more,
});

const talk: Said[] = [
  turn(
    'user',
    'Make the upload resumable. Files go up to 4 GB on the harbour computers. From now on answer in short sentences.',
  ),
  turn(
    'assistant',
    'Let’s keep the offset on the server, because the client may be reinstalled.\n\nThe change belongs in src/upload/session.ts, in `resumeAt`.\n\n```ts src/upload/session.ts\nexport function resumeAt(id: string): number {\n  return 0;\n}\n```',
  ),
  turn('user', 'Marta Lindqvist tested it on 12 March and it crashed after 2 GB with a RangeError.'),
  turn('tool', 'Error: heap out of memory', { failures: ['Error: heap out of memory'] }),
  turn(
    'assistant',
    'I read the chunk size from uploadLimits. We still need to test it with Marta Lindqvist on a slow line.',
    {
      touched: [{ path: 'src/upload/limits.ts', how: 'changed' }],
    },
  ),
];

const found: [what: string, pick: (body: FrameBody) => string[], includes: RegExp][] = [
  ['a goal in the words of the user', ({ goals }) => goals, /^Make the upload resumable\.$/],
  [
    'what was decided',
    ({ decisions }) => decisions.map(({ what }) => what),
    /^Let’s keep the offset on the server$/,
  ],
  ['and why', ({ decisions }) => decisions.map(({ why }) => why), /^the client may be reinstalled\.$/],
  ['a fact with its number', ({ facts }) => facts, /^Files go up to 4 GB on the harbour computers\.$/],
  ['what failed', ({ failed }) => failed, /^Marta Lindqvist tested it.*RangeError\.$/],
  ['what a tool said had failed', ({ failed }) => failed, /^Error: heap out of memory$/],
  ['what is still open', ({ openSteps }) => openSteps, /^We still need to test it/],
  [
    'what was asked for once and for all',
    ({ preferences }) => preferences,
    /^From now on answer in short sentences\.$/,
  ],
  [
    'a file that was shown, with what it declares',
    ({ files }) => files.map(({ path, state, symbols }) => `${path}: ${state}: ${symbols.join()}`),
    /^src\/upload\/session\.ts: code was shown: resumeAt$/,
  ],
  [
    'a file that a tool changed',
    ({ files }) => files.map(({ path, state }) => `${path}: ${state}`),
    /^src\/upload\/limits\.ts: changed$/,
  ],
  ['who came up again', ({ entities }) => entities.map(({ name }) => name), /^Marta Lindqvist$/],
];

describe('A frame written without a model', () => {
  for (const [what, pick, includes] of found) {
    it(`holds ${what}`, () => {
      const items = pick(extractiveFrame(talk, 1_000));
      assert.ok(
        items.some((item) => includes.test(item)),
        JSON.stringify(items),
      );
    });
  }

  it('holds nothing twice and no code', () => {
    const body = extractiveFrame([...talk, ...talk], 2_000);
    for (const items of [body.goals, body.facts, body.failed, body.openSteps])
      assert.equal(new Set(items).size, items.length);
    assert.doesNotMatch(JSON.stringify(body), /return 0/);
  });

  it('keeps within its ceiling, whatever was said, and is the same each time', () => {
    const words = fc.stringMatching(/^[A-Za-z0-9 .,?!`/_\n-]{0,200}$/);
    const any = fc.array(
      fc.tuple(
        fc.constantFrom('user' as const, 'assistant' as const),
        fc.oneof(words, fc.constantFrom(...talk.map(({ text }) => text))),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 800 }), (turns, ceiling) => {
        const said = turns.map(([role, text]) => turn(role, text));
        const body = extractiveFrame(said, ceiling);
        assert.ok(bodyTokens(body) <= ceiling, `${bodyTokens(body)} of ${ceiling} tokens`);
        assert.deepEqual(extractiveFrame(said, ceiling), body);
      }),
    );
  });

  it('is made of the entries of a branch, tool calls and attachments too', () => {
    const common = { parentId: null, seq: 1, at: 1, door: 'panel' as const, turnId: 't' };
    const said = saidIn([
      {
        ...common,
        id: 'u',
        kind: 'user',
        grounding: 'off',
        content: [{ type: 'text', text: 'Why?' }],
        attachments: [{ kind: 'file', uri: 'file:///a.ts', path: 'a.ts', text: 'let a;' }],
      },
      {
        ...common,
        id: 'a',
        kind: 'assistant',
        provider: 'p',
        model: 'm',
        content: [{ type: 'tool_use', id: 'c', name: 'edit_file', input: { path: 'b.ts', text: 'x' } }],
      },
      {
        ...common,
        id: 'r',
        kind: 'tool_result',
        results: [
          {
            type: 'tool_result',
            tool_use_id: 'c',
            is_error: true,
            content: [{ type: 'text', text: 'No such file\nat b.ts' }],
          },
        ],
      },
    ]);
    assert.deepEqual(
      said.map(({ role, touched, failures }) => ({ role, touched, failures })),
      [
        { role: 'user', touched: [{ path: 'a.ts', how: 'attached' }], failures: [] },
        { role: 'assistant', touched: [{ path: 'b.ts', how: 'changed' }], failures: [] },
        { role: 'tool', touched: [], failures: ['No such file'] },
      ],
    );
  });
});

describe('A frame of frames', () => {
  const of = (more: Partial<FrameBody>): FrameBody => ({ ...extractiveFrame([], 0), ...more });

  it('has the newest word on each file and decision, and what is open now', () => {
    const older = of({
      goals: ['Make it resumable'],
      decisions: [{ what: 'Keep the offset in a file', why: 'simple' }],
      files: [{ path: 'a.ts', state: 'read', symbols: [] }],
      openSteps: ['Write the test'],
    });
    const newer = of({
      goals: ['make it resumable', 'Release it'],
      decisions: [{ what: 'keep the offset in a file', why: 'the server may restart' }],
      files: [{ path: 'a.ts', state: 'changed', symbols: ['resume'] }],
      openSteps: ['Release'],
    });
    assert.deepEqual(
      mergedBodies([older, newer], 1_000),
      of({
        goals: ['make it resumable', 'Release it'],
        decisions: [{ what: 'keep the offset in a file', why: 'the server may restart' }],
        files: [{ path: 'a.ts', state: 'changed', symbols: ['resume'] }],
        openSteps: ['Release'],
      }),
    );
  });

  it('keeps within its ceiling and keeps something of each kind', () => {
    const long = of({
      goals: Array.from({ length: 50 }, (_, n) => `Goal number ${n} of this long session`),
      facts: Array.from({ length: 50 }, (_, n) => `Fact number ${n} of this long session`),
      failed: ['It failed once'],
    });
    const merged = mergedBodies([long, long], 300);
    assert.ok(bodyTokens(merged) <= 300);
    assert.ok(merged.goals.length > 3 && merged.facts.length > 3 && merged.failed.length === 1);
  });
});
