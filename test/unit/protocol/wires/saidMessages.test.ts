import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type SaidMessage,
  saidItems,
  saidMessages,
  type WireMessage,
  wireMessage,
} from '../../../../src/protocol/wires/saidMessages.ts';

const keysOf = (messages: readonly unknown[]): string[] =>
  saidMessages(messages.map((message) => wireMessage.parse(message)))
    .flatMap(saidItems)
    .map(({ key }) => key);

/** Whitespace of every kind among letters, since it counts. */
const words = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', '\n', '\t', 'é', '😀', '"'),
  minLength: 1,
  maxLength: 12,
});
const id = fc.string({ unit: fc.constantFrom('a', 'b', '_', '1'), minLength: 1, maxLength: 6 });
const input = fc.dictionary(
  id,
  fc.oneof(words, fc.integer(), fc.boolean(), fc.dictionary(id, words, { maxKeys: 3 })),
  {
    maxKeys: 4,
  },
);
const text = words.map((text) => ({ type: 'text' as const, text }));
const thinking = words.map((thinking) => ({ type: 'thinking' as const, thinking, signature: 'c2ln' }));
const call = fc.record({ type: fc.constant('tool_use' as const), id, name: id, input });
const result = fc.record({ type: fc.constant('tool_result' as const), tool_use_id: id, content: words });
const given = fc.oneof(
  fc.record({
    role: fc.constant('user' as const),
    content: fc.oneof(words, fc.array(fc.oneof(text, result), { minLength: 1, maxLength: 4 })),
  }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.oneof(words, fc.array(fc.oneof(text, thinking, call), { minLength: 1, maxLength: 4 })),
  }),
);
/** As it comes from outside, where words alone stand for one text. */
const message: fc.Arbitrary<WireMessage> = given.map((one) => wireMessage.parse(one));
const conversation = fc.array(message, { minLength: 1, maxLength: 6 });

/** The blocks of each message made anew. */
const remade = (messages: readonly WireMessage[], each: (block: object) => object[]): unknown[] =>
  messages.map(({ role, content }) => ({
    role,
    content: typeof content === 'string' ? content : content.flatMap((block) => each(block)),
  }));
const asBlocks = (messages: readonly WireMessage[]): unknown[] =>
  messages.map(({ role, content }) => ({
    role,
    content: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  }));
const reversed = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(reversed)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, inner]) => [key, reversed(inner)]),
        )
      : value;

describe('messages that a client sends again', () => {
  const same: [name: string, change: (messages: readonly WireMessage[]) => unknown[]][] = [
    ['a text as one block', asBlocks],
    [
      'marks of the cache on every block',
      (messages) => remade(messages, (block) => [{ ...block, cache_control: { type: 'ephemeral' } }]),
    ],
    [
      'the thinking taken out',
      (messages) => remade(messages, (block) => ('thinking' in block ? [] : [block])),
    ],
    [
      'citations put in or taken out',
      (messages) =>
        remade(messages, (block) => ('text' in block ? [{ ...block, citations: null }] : [block])),
    ],
    ['the fields of inputs in another order', (messages) => messages.map((one) => reversed(one))],
    ['a round through JSON', (messages) => JSON.parse(JSON.stringify(messages))],
    [
      'results that say that they are no errors',
      (messages) =>
        remade(messages, (block) => ('tool_use_id' in block ? [{ ...block, is_error: false }] : [block])),
    ],
  ];
  for (const [name, change] of same) {
    it(`are the same with ${name}`, () => {
      fc.assert(
        fc.property(conversation, (messages) => assert.deepEqual(keysOf(change(messages)), keysOf(messages))),
      );
    });
  }

  it('are the same where the texts of an answer were joined', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 4 }), (texts) => {
        const parted = [{ role: 'assistant', content: texts.map((text) => ({ type: 'text', text })) }];
        assert.deepEqual(keysOf([{ role: 'assistant', content: texts.join('') }]), keysOf(parted));
      }),
    );
  });

  const other: [name: string, one: unknown, two: unknown][] = [
    ['whitespace', 'a b', 'a  b'],
    ['whitespace at the end', 'a', 'a\n'],
    [
      'two texts of a user',
      [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      'ab',
    ],
    [
      'the id of a call',
      [{ type: 'tool_result', tool_use_id: 'one', content: 'x' }],
      [{ type: 'tool_result', tool_use_id: 'two', content: 'x' }],
    ],
    [
      'an error',
      [{ type: 'tool_result', tool_use_id: 'one', content: 'x' }],
      [{ type: 'tool_result', tool_use_id: 'one', content: 'x', is_error: true }],
    ],
  ];
  for (const [name, one, two] of other) {
    it(`are others by ${name}`, () => {
      assert.notDeepEqual(keysOf([{ role: 'user', content: one }]), keysOf([{ role: 'user', content: two }]));
    });
  }

  it('are others by who said them, and by their order', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        assert.notDeepEqual(
          keysOf([{ role: 'user', content: a }]),
          keysOf([{ role: 'assistant', content: a }]),
        );
        fc.pre(a !== b);
        const of = (...texts: string[]) => keysOf(texts.map((content) => ({ role: 'user', content })));
        assert.notDeepEqual(of(a, b), of(b, a));
      }),
    );
  });

  it('keep every block, thinking before what it led to', () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        for (const said of saidMessages(messages)) {
          const kept = saidItems(said).flatMap(({ content }) => content);
          assert.deepEqual(kept, said.content.slice(0, lastSaid(said) + 1));
        }
      }),
    );
  });
  /** Thinking at the end led to nothing. */
  const lastSaid = ({ content }: SaidMessage): number =>
    content.findLastIndex(({ type }) => type !== 'thinking');
});
