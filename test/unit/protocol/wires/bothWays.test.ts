/** What goes from one wire to the other and back says the same. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chatBody } from '../../../../src/core/providers/openai/chatBody.ts';
import { ChatStream as ChunksIn, chunkOf } from '../../../../src/core/providers/openai/chatStream.ts';
import { endpointsOf } from '../../../../src/core/providers/openai/endpoints.ts';
import { unlistedChatModel } from '../../../../src/core/providers/openai/models.ts';
import type { ProviderEvent } from '../../../../src/core/providers/provider.ts';
import { ChatStream as ChunksOut, completionOf } from '../../../../src/protocol/wires/chatAnswer.ts';
import { chatRequest, messagesRequest } from '../../../../src/protocol/wires/chatRequest.ts';
import { AnswerEvents, type AnswerPart } from '../../../../src/protocol/wires/sessionAnswer.ts';
import { readSessionRequest, sessionRequest } from '../../../../src/protocol/wires/sessionRequest.ts';

const [endpoint] = endpointsOf([{ id: 'mine', preset: 'openai' }]);
assert.ok(endpoint);
const model = unlistedChatModel('m', endpoint);

const words = fc.string({ minLength: 1, unit: 'grapheme' });
const text = words.map((one) => ({ type: 'text' as const, text: one }));
const image = fc.constant({
  type: 'image' as const,
  source: { type: 'base64' as const, media_type: 'image/png' as const, data: 'iVBORw0=' },
});
/** Of a field that would be a prototype nothing is passed on, on either wire. */
const input = fc
  .dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }))
  .map(plain)
  .filter((value) => !JSON.stringify(value).includes('__proto__'));
/** An input of the user, or a call with its result. */
const round = fc.oneof(
  fc
    .array(fc.oneof(text, image), { minLength: 1, maxLength: 3 })
    .map((content) => [{ role: 'user', content }]),
  fc.tuple(text, input, words).map(([said, given, result]) => [
    { role: 'user', content: [{ type: 'text', text: 'Go on' }] },
    {
      role: 'assistant',
      content: [said, { type: 'tool_use', id: 'call_1', name: 'look', input: given }],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: result }] }],
    },
    { role: 'assistant', content: [said] },
  ]),
);
const request = fc.record({
  messages: fc.array(round, { minLength: 1, maxLength: 4 }).map((rounds) => joined(rounds.flat())),
  max_tokens: fc.integer({ min: 1, max: 4_000 }),
  system: fc.array(text, { minLength: 1, maxLength: 1 }),
  stop_sequences: fc.array(words, { minLength: 1, maxLength: 4 }),
  tool_choice: fc.constantFrom(
    { type: 'auto' },
    { type: 'any' },
    { type: 'none' },
    { type: 'any', disable_parallel_tool_use: true },
    { type: 'tool', name: 'look' },
  ),
  tools: fc.constant([
    { name: 'look', description: 'Looks.', input_schema: { type: 'object', properties: {} } },
  ]),
});

describe('A request of Anthropic’s wire', () => {
  it('says the same when it was one of chat completions in between', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const read = readSessionRequest(sessionRequest.parse({ model: 'm', ...asked }));
        const body = chatBody(
          {
            model: 'm',
            system: read.system.map((one) => ({ text: one })),
            messages: read.messages,
            tools: read.tools,
            maxOutputTokens: read.maxOutputTokens,
            question: '',
            client: read.options,
          },
          model,
          endpoint.preset,
        );
        const { body: back, ignored } = messagesRequest(chatRequest.parse(plain(body)), '2023-06-01');
        const { messages, max_tokens, stop_sequences, tool_choice, tools } = back;
        assert.deepEqual(
          plain({ messages, max_tokens, stop_sequences, tool_choice, tools }),
          plain({
            messages: texts(asked.messages),
            max_tokens: asked.max_tokens,
            stop_sequences: asked.stop_sequences,
            tool_choice: asked.tool_choice,
            tools: asked.tools,
          }),
        );
        assert.deepEqual(ignored, []);
      }),
      { numRuns: 200 },
    );
  });
});

/** What a provider's events say: texts that follow each other joined, and calls. */
function saidIn(events: Iterable<ProviderEvent>): object[] {
  const said: { text?: string; call?: unknown }[] = [];
  for (const event of events) {
    const last = said.at(-1);
    if (event.type === 'text' && last?.text !== undefined) last.text += event.text;
    else if (event.type === 'text') said.push({ text: event.text });
    else if (event.type === 'tool_use') said.push({ call: [event.id, event.name, plain(event.input)] });
  }
  return said;
}

describe('An answer', () => {
  const id = fc.string({ minLength: 1, unit: fc.constantFrom('a', 'b', '_', '1') });
  /** On the other wire texts stand before all calls. */
  const parts = fc
    .tuple(
      fc.array(words, { maxLength: 3 }),
      fc.uniqueArray(fc.tuple(id, id, input), { maxLength: 3, selector: ([one]) => one }),
    )
    .map(([texts, calls]): AnswerPart[] => [
      ...texts.map((one, block) => ({ type: 'text' as const, block, text: one })),
      ...calls.map(([call, name, given], at) => ({
        type: 'tool_use' as const,
        block: texts.length + at,
        id: call,
        name,
        input: given,
      })),
    ]);
  const usage = { inputTokens: 7, outputTokens: 5, cacheCreationTokens: 0, cacheReadTokens: 3 };

  it('of Anthropic’s wire says the same when it was a stream of chat completions in between, and as a whole one', () => {
    fc.assert(
      fc.property(parts, (told) => {
        const events = new AnswerEvents({ id: 'msg_1', model: 'm' });
        const wire = [...told.flatMap((one) => events.read(one)), ...events.last('end_turn', usage)];
        const there = new ChunksOut(7, true);
        const chunks = wire.flatMap((event) =>
          event.type === 'message_stop' ? there.last() : there.read(plain(event)),
        );
        const back = new ChunksIn();
        const streamed = [...chunks.flatMap((chunk) => [...back.read(plain(chunk))]), ...back.end()];
        assert.deepEqual(saidIn(streamed), saidIn(told));
        const stop = streamed.at(-1);
        assert.ok(stop?.type === 'stop' && back.finished);
        assert.deepEqual(stop.usage, usage);

        const content = told.map((one) => {
          if (one.type === 'text') return { type: 'text', text: one.text };
          return one.type === 'tool_use' ? { ...one, type: 'tool_use' } : {};
        });
        const wireUsage = { input_tokens: 7, output_tokens: 5, cache_read_input_tokens: 3 };
        const message = { id: 'msg_1', model: 'm', content, stop_reason: 'end_turn', usage: wireUsage };
        const whole = new ChunksIn();
        const { completion } = completionOf(plain(message), 7);
        const read = [...whole.read(chunkOf(plain(completion))), ...whole.end()];
        assert.deepEqual(saidIn(read), saidIn(told));
      }),
      { numRuns: 200 },
    );
  });
});

interface Message {
  role: string;
  content: object[];
}

/** Neighbours of one role are one message on either wire. */
function joined(messages: Message[]): Message[] {
  const all: Message[] = [];
  for (const { role, content } of messages) {
    const last = all.at(-1);
    if (last?.role === role) last.content.push(...content);
    else all.push({ role, content: [...content] });
  }
  return all;
}

/** Texts beside each other are one on the other wire, unless there is a picture among them. */
const texts = (messages: Message[]): Message[] =>
  messages.map(({ role, content }) => {
    const words = content.flatMap((one) => ('text' in one && typeof one.text === 'string' ? [one.text] : []));
    const others = content.filter((one) => !('text' in one));
    const results = others.filter((one) => 'tool_use_id' in one);
    if (others.length > results.length && role === 'user')
      return { role, content: [...results, ...content.filter((one) => !('tool_use_id' in one))] };
    const text = words.length === 0 ? [] : [{ type: 'text', text: words.join('\n\n') }];
    return { role, content: role === 'user' ? [...results, ...text] : [...text, ...others] };
  });

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
