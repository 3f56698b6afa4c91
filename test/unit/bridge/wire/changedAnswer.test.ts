/** What the user's transforms may change of an answer on its way through the relay, in both wires. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { streamedCompletion, streamedMessage } from '../../../../src/bridge/wire/changedStream.ts';
import { wholeCompletion, wholeMessage } from '../../../../src/bridge/wire/changedWhole.ts';
import type { AnswerPart } from '../../../../src/core/relay.ts';

type Block = AnswerPart & { pieces: string[] };

/** A field of that name is left out wherever an input is read: it would not be one. */
const record = fc.dictionary(
  fc.string().filter((name) => name !== '__proto__'),
  fc.jsonValue({ maxDepth: 2 }),
  { maxKeys: 3 },
);
/** A text in pieces cut anywhere. */
const cut = (text: string, at: number[]): string[] => {
  const places = [0, ...at.map((one) => one % (text.length + 1)).sort((a, b) => a - b), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
};
const cuts = fc.array(fc.nat(), { maxLength: 4 });
const textBlock = fc
  .tuple(fc.string({ minLength: 1, unit: 'grapheme' }), cuts)
  .map(([text, at]): Block => ({ type: 'text', text, pieces: cut(text, at) }));
const callBlock = fc
  .tuple(fc.constantFrom('look', 'write'), record, cuts)
  .map(
    ([name, input, at]): Block => ({ type: 'tool_use', name, input, pieces: cut(JSON.stringify(input), at) }),
  );
const blocks = fc.array(fc.oneof(textBlock, callBlock), { maxLength: 4 });

const partOf = ({ pieces: _, ...part }: Block): AnswerPart => JSON.parse(JSON.stringify(part));
const event = (name: string, data: object) =>
  `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;

function messageStream(all: Block[]): Buffer {
  const told = all.flatMap((block, index) => [
    event('content_block_start', {
      index,
      content_block:
        block.type === 'text'
          ? { type: 'text', text: '' }
          : { type: 'tool_use', id: `t${index}`, name: block.name, input: {} },
    }),
    ...block.pieces.map((piece) =>
      event('content_block_delta', {
        index,
        delta:
          block.type === 'text'
            ? { type: 'text_delta', text: piece }
            : { type: 'input_json_delta', partial_json: piece },
      }),
    ),
    event('content_block_stop', { index }),
  ]);
  const thinking = event('content_block_delta', {
    index: 99,
    delta: { type: 'thinking_delta', thinking: 'Hm' },
  });
  return Buffer.from([event('message_start', {}), thinking, ...told, event('message_stop', {})].join(''));
}

/** Of chat completions an answer has one text, before its calls. */
function chatStream(all: Block[]): Buffer {
  let calls = -1;
  const chunks = all.flatMap((block): object[] => {
    if (block.type === 'text') return block.pieces.map((content) => ({ content }));
    const index = ++calls;
    return [
      { tool_calls: [{ index, id: `c${index}`, function: { name: block.name, arguments: '' } }] },
      ...block.pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ];
  });
  const lines = [{ role: 'assistant' }, ...chunks].map(
    (delta) =>
      `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`,
  );
  return Buffer.from(`${lines.join('')}data: [DONE]\n\n`);
}

const message = (all: Block[]): Buffer =>
  Buffer.from(
    JSON.stringify({
      id: 'msg',
      content: [{ type: 'thinking', thinking: 'Hm' }, ...all.map((one) => ({ ...partOf(one), extra: 1 }))],
      usage: { input_tokens: 1 },
    }),
  );
const completion = (all: Block[]): Buffer => {
  const [text] = all.filter((one) => one.type === 'text');
  const calls = all.filter((one) => one.type === 'tool_use');
  return Buffer.from(
    JSON.stringify({
      choices: [
        {
          message: {
            content: text?.type === 'text' ? text.text : null,
            ...(calls.length === 0
              ? {}
              : {
                  tool_calls: calls.map(({ name, pieces }, at) => ({
                    id: `c${at}`,
                    type: 'function',
                    function: { name, arguments: pieces.join('') },
                  })),
                }),
          },
        },
      ],
    }),
  );
};

/** One text first, as chat completions have it. */
const asChat = (all: Block[]): Block[] => [
  ...all.filter(({ type }) => type === 'text').slice(0, 1),
  ...all.filter(({ type }) => type === 'tool_use'),
];

const other = (part: AnswerPart): AnswerPart =>
  part.type === 'text' ? { ...part, text: `<${part.text}>` } : { ...part, input: { was: part.input } };

const forms = [
  { title: 'Anthropic’s stream', write: messageStream, read: streamedMessage, of: (all: Block[]) => all },
  { title: 'a stream of chat completions', write: chatStream, read: streamedCompletion, of: asChat },
  { title: 'Anthropic’s message', write: message, read: wholeMessage, of: (all: Block[]) => all },
  { title: 'a chat completion', write: completion, read: wholeCompletion, of: asChat },
];

describe('An answer that transforms change', () => {
  for (const { title, write, read, of } of forms) {
    it(`in ${title} is seen in whole parts, and has the others in their place, each once`, () => {
      fc.assert(
        fc.property(blocks, (given) => {
          const all = of(given);
          const answer = read(write(all));
          assert.deepEqual(answer.parts, all.map(partOf));
          const changed = answer.parts.map(other);
          assert.deepEqual(read(answer.with(changed)).parts, JSON.parse(JSON.stringify(changed)));
          assert.deepEqual(read(answer.with(answer.parts)).parts, answer.parts);
        }),
      );
    });
  }

  it('keeps all that is not theirs: events of other kinds, ids, counts and thinking', () => {
    const all: Block[] = [
      { type: 'text', text: 'ab', pieces: ['a', 'b'] },
      { type: 'tool_use', name: 'look', input: {}, pieces: [] },
    ];
    const said = streamedMessage(messageStream(all)).with([
      { type: 'text', text: 'c' },
      { ...all[1] } as AnswerPart,
    ]);
    assert.match(said.toString(), /thinking_delta[\s\S]*"text":"c"[\s\S]*"id":"t1"[\s\S]*message_stop/);
    assert.equal(said.toString().match(/text_delta/g)?.length, 1);
    const whole = JSON.parse(wholeMessage(message(all)).with(all.map(partOf)).toString());
    assert.deepEqual([whole.id, whole.content[0].type, whole.content[1].extra], ['msg', 'thinking', 1]);
    assert.match(streamedCompletion(chatStream(all)).with(all.map(partOf)).toString(), /data: \[DONE\]\n\n$/);
  });

  it('is not one where it cannot be read, which whoever asked for it says', () => {
    for (const text of ['', 'rubbish', '{}', '{"content":[7]}', '[]']) {
      assert.throws(() => wholeMessage(Buffer.from(text)), text);
      assert.throws(() => wholeCompletion(Buffer.from(text)), text);
    }
  });

  it('is seen whole where separators of lines stand in a text, and not at all where an event is no JSON', () => {
    const said = 'a\u2028b\u2029c\u0085d';
    const all: Block[] = [{ type: 'text', text: said, pieces: [said] }];
    assert.deepEqual(streamedMessage(messageStream(all)).parts, [partOf(all[0] ?? assert.fail())]);
    assert.deepEqual(streamedCompletion(chatStream(all)).parts, [partOf(all[0] ?? assert.fail())]);
    for (const read of [streamedMessage, streamedCompletion])
      assert.throws(() => read(Buffer.from('data: {"half\n\n')));
    assert.deepEqual(streamedCompletion(Buffer.from(': ping\n\ndata: [DONE]\n\n')).parts, []);
  });

  it('leaves a call alone whose input broke off', () => {
    const bytes = messageStream([{ type: 'tool_use', name: 'look', input: {}, pieces: ['{"a":'] }]);
    const answer = streamedMessage(bytes);
    assert.deepEqual(answer.parts, []);
    assert.match(answer.with([]).toString(), /"partial_json":"\{\\"a\\":"/);
  });
});
