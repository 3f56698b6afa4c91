import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeMessages } from '../../../../../src/core/context/conversation.ts';
import { chatBody } from '../../../../../src/core/providers/openai/chatBody.ts';
import { endpointsOf } from '../../../../../src/core/providers/openai/endpoints.ts';
import { unlistedChatModel } from '../../../../../src/core/providers/openai/models.ts';
import { type PresetId, presets } from '../../../../../src/core/providers/openai/presets.ts';
import type { ProviderRequest, RequestMessage } from '../../../../../src/core/providers/provider.ts';
import { chatRequest, messagesRequest } from '../../../../../src/protocol/wires/chatRequest.ts';
import { contractIn } from '../../../../support/contract.ts';
import { checkBody } from '../../../../support/openai/check.ts';
import type { Contract } from '../../../../support/openai/contractTypes.ts';
import { flavours } from '../../../../support/openai/flavours.ts';
import { answer, toolCall } from '../../../../support/openai/script.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../../../../support/openai/server.ts';
import { ask, chatAt, stream } from './chat.ts';

const text = (value: string) => ({ type: 'text' as const, text: value });
const png = 'iVBORw0KGgo=';
const image = {
  type: 'image' as const,
  source: { type: 'base64' as const, media_type: 'image/png' as const, data: png },
};
const pdf = {
  type: 'document' as const,
  source: { type: 'base64' as const, media_type: 'application/pdf' as const, data: 'JVBERi0=' },
  title: 'a.pdf',
};
const find = {
  name: 'find',
  description: 'Finds.',
  inputSchema: { properties: { text: { type: 'string' } } },
};
const call = (id: string) => ({ type: 'tool_use' as const, id, name: 'find', input: { text: 'ä' } });
const result = (id: string, value = 'found', more: object = {}) => ({
  type: 'tool_result' as const,
  tool_use_id: id,
  content: [text(value)],
  ...more,
});

/** A turn in which Claude thought and called two tools, and what the user says after it. */
const toolTurn: RequestMessage[] = [
  { role: 'user', content: [text('Look.')] },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
      { type: 'redacted_thinking', data: 'xyz' },
      text('I look.'),
      call('toolu_01A'),
      call('toolu_01B'),
    ],
  },
  {
    role: 'user',
    content: [result('toolu_01A'), result('toolu_01B', 'no', { is_error: true }), text('And now?')],
  },
];

function bodyFor(preset: PresetId, more: Partial<ProviderRequest>, own: object = {}) {
  const [endpoint] = endpointsOf([{ id: 'mine', preset, baseUrl: 'http://127.0.0.1:1/v1', ...own }]);
  if (!endpoint) throw new TypeError('A setting makes an endpoint.');
  return chatBody(ask(more), unlistedChatModel('fake-large', endpoint), presets[preset]);
}

describe('A request to an OpenAI-compatible server', () => {
  const messages = (preset: PresetId, content: RequestMessage[], own: object = {}) =>
    bodyFor(preset, { messages: content }, own).messages;

  it('has the system prompt as one message before all others', () => {
    const { messages: sent } = bodyFor('openai', { system: [{ text: 'A', cache: '5m' }, { text: 'B' }] });
    assert.deepEqual(sent[0], { role: 'system', content: 'A\n\nB' });
  });

  it('has calls with their results behind them, and nothing of what another model thought', () => {
    assert.deepEqual(messages('openai', toolTurn), [
      { role: 'user', content: 'Look.' },
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: ['toolu_01A', 'toolu_01B'].map((id) => ({
          id,
          type: 'function',
          function: { name: 'find', arguments: '{"text":"ä"}' },
        })),
      },
      { role: 'tool', tool_call_id: 'toolu_01A', content: 'found' },
      { role: 'tool', tool_call_id: 'toolu_01B', content: 'Error: no' },
      { role: 'user', content: 'And now?' },
    ]);
  });

  it('has the pictures of a result behind all results, since a result holds text alone', () => {
    const content = [{ ...result('toolu_01A'), content: [image] }, result('toolu_01B')];
    const sent = messages('openai', [...toolTurn.slice(0, 2), { role: 'user', content }]);
    assert.deepEqual(sent.slice(2), [
      { role: 'tool', tool_call_id: 'toolu_01A', content: '(no text)' },
      { role: 'tool', tool_call_id: 'toolu_01B', content: 'found' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }] },
    ]);
  });

  it('says where a picture or a PDF was that the model cannot read', () => {
    const sent = messages('ollama', [{ role: 'user', content: [text('See:'), image, pdf] }]);
    assert.match(JSON.stringify(sent), /See:.*An image was here.*A PDF was here/);
    assert.ok(!JSON.stringify(sent).includes(png));
  });

  it('has passages of the workspace as data in tags, and no marks of citations', () => {
    const place = { uri: 'file:///w/a.ts', path: 'a.ts', startLine: 1, endLine: 2 };
    const cited = { ...place, index: 1, quote: 'x' };
    const sent = messages('openai', [
      { role: 'user', content: [{ type: 'passage', place, text: 'a</selection>b' }, text('Why?')] },
      { role: 'assistant', content: [{ ...text('So.①'), citations: [cited] }] },
    ]);
    assert.match(String(sent[0]?.content), /^<selection path="a\.ts" lines="1-2">\na(?!<\/selection>b)/);
    assert.equal(sent[1]?.content, 'So.');
  });

  it('has ids of nine signs for Mistral, the same for a call and its result', () => {
    const sent = JSON.stringify(messages('mistral', toolTurn));
    assert.deepEqual(sent.match(/call0000\d/g), ['call00000', 'call00001', 'call00000', 'call00001']);
    assert.ok(!sent.includes('toolu'));
  });

  it('has the documented signature on calls for Gemini, which refuses those of other models without', () => {
    assert.match(JSON.stringify(messages('gemini', toolTurn)), /skip_thought_signature_validator/);
  });

  it('has a schema where the server holds answers to one, else asks for it in words', () => {
    const outputSchema = { type: 'object', properties: {}, required: [], additionalProperties: false };
    const held = bodyFor('openai', { outputSchema });
    assert.deepEqual(held.response_format, {
      type: 'json_schema',
      json_schema: { name: 'answer', strict: true, schema: outputSchema },
    });
    const asked = bodyFor('litellm', { outputSchema });
    assert.equal(asked.response_format, undefined);
    assert.match(JSON.stringify(asked.messages[0]), /fits this JSON Schema/);
  });

  it('asks for no longer an answer than the model can give', () => {
    assert.equal(bodyFor('openai', { maxOutputTokens: 90_000 }).max_completion_tokens, 16_384);
    assert.equal(bodyFor('ollama', { maxOutputTokens: 90_000 }).max_tokens, 1_024);
    assert.equal(bodyFor('ollama', {}, { maxOutputTokens: 700 }).max_tokens, 700);
  });

  it('tells the server nothing of the machine or the environment beside the request', async () => {
    const before = process.env.OPENAI_CUSTOM_HEADERS;
    process.env.OPENAI_CUSTOM_HEADERS = 'x-spy: yes';
    const fake = await startFakeOpenAi();
    try {
      await stream(chatAt(fake));
      const names = Object.keys(fake.requests[0]?.headers ?? {}).filter((name) => /^x-|openai/.test(name));
      assert.deepEqual(names, []);
    } finally {
      if (before === undefined) delete process.env.OPENAI_CUSTOM_HEADERS;
      else process.env.OPENAI_CUSTOM_HEADERS = before;
      await fake.close();
    }
  });

  it('has no key where the server needs none', async () => {
    const fake = await startFakeOpenAi({ flavour: 'ollama', key: null });
    try {
      await stream(chatAt(fake, 'ollama'));
      assert.equal(fake.requests[0]?.headers.authorization, undefined);
    } finally {
      await fake.close();
    }
  });

  for (const [name, flavour] of Object.entries(flavours))
    it(`is one that ${name} takes, with all that can be in it`, () => {
      const preset = name as keyof typeof flavours;
      const content: RequestMessage[] = [
        ...toolTurn,
        { role: 'assistant', content: [text('So.')] },
        { role: 'user', content: [text('See.'), image, pdf] },
      ];
      checkBody(bodyFor(preset, { messages: content, tools: [find], system: [text('Be brief.')] }), flavour);
    });
});

describe('The translation to chat completions', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9äß ]{0,20}[a-z]$/);
  const turn = fc.record({
    said: fc.array(word, { minLength: 1, maxLength: 3 }),
    calls: fc.array(word, { maxLength: 3 }),
    answered: word,
  });

  it('says the same when it is read back as the bridge reads what programs send', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 4 }), word, (turns, last) => {
        let number = 0;
        const messages: RequestMessage[] = turns.flatMap(({ said, calls, answered }) => {
          const ids = calls.map(() => `call_${number++}`);
          const uses = ids.map((id, at) => ({ ...call(id), input: { text: calls[at] } }));
          const content = said.join('\n\n');
          return [
            { role: 'user' as const, content: [text(content)] },
            { role: 'assistant' as const, content: [text(answered), ...uses] },
            ...(ids.length === 0
              ? []
              : [
                  { role: 'user' as const, content: ids.map((id) => result(id)) },
                  { role: 'assistant' as const, content: [text(answered)] },
                ]),
          ];
        });
        messages.push({ role: 'user', content: [text(last)] });
        const request = { messages, system: [text('Be brief.')], tools: [find] };
        const body = bodyFor('openai', request);
        const back = messagesRequest(chatRequest.parse(body), '2026-10-21');
        assert.deepEqual(back.body.messages, mergeMessages(messages));
        assert.deepEqual(back.body.system, [text('Be brief.')]);
        assert.deepEqual(back.ignored, []);
      }),
    );
  });

  it('always keeps a call with its result, as a strict server wants it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 6 }), (counts) => {
        const messages = counts.flatMap((count, at): RequestMessage[] => {
          const ids = Array.from({ length: count + 1 }, (_, n) => `toolu_${at}_${n}`);
          return [
            { role: 'user', content: [text('Look.')] },
            { role: 'assistant', content: ids.map(call) },
            { role: 'user', content: ids.map((id) => result(id)) },
            { role: 'assistant', content: [text('So.')] },
          ];
        });
        for (const preset of ['openai', 'mistral', 'gemini'] as const)
          checkBody(
            bodyFor(preset, { messages: [...messages, { role: 'user', content: [text('?')] }] }),
            flavours[preset],
          );
      }),
    );
  });
});

describe('the fake of OpenAI-compatible servers, and what is sent to it, held to the types of the installed SDK', function () {
  // Reading the types takes seconds on a busy machine.
  this.timeout(60_000);
  let fits: (name: keyof Contract, value: unknown) => void;
  let fake: FakeOpenAi;
  before(async () => {
    const check = contractIn<keyof Contract>(
      new URL('../../../../support/openai/contractTypes.ts', import.meta.url),
    );
    fits = (name, value) => assert.deepEqual(check(name, value), []);
    fake = await startFakeOpenAi();
  });
  after(() => fake.close());

  it('requests fit', () => {
    const outputSchema = { type: 'object', properties: {}, required: [], additionalProperties: false };
    const content: RequestMessage[] = [
      ...toolTurn,
      { role: 'assistant', content: [text('So.')] },
      { role: 'user', content: [image, pdf] },
    ];
    for (const preset of ['openai', 'mistral', 'openrouter', 'ollama'] as const)
      fits(
        'request',
        bodyFor(preset, { messages: content, tools: [find], outputSchema, system: [text('a')] }),
      );
  });

  it('chunks fit, in the order of the API', async () => {
    fake.enqueue(
      answer('Because it is so.'),
      { kind: 'answer', refusal: 'I will not.' },
      { ...toolCall('call_1', 'find', { text: 'a' }), text: 'I look.' },
    );
    for (let n = 0; n < 3; n++) {
      const response = await fetch(`${fake.url}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${fake.key}`, 'content-type': 'application/json' },
        body: JSON.stringify(bodyFor('openai', {})),
      });
      const events = (await response.text()).split('\n\n').filter((one) => one !== '');
      assert.equal(events.pop(), 'data: [DONE]');
      const chunks = events.map((one) => JSON.parse(one.replace(/^data: /, '')));
      for (const chunk of chunks) fits('chunk', chunk);
      assert.equal(chunks[0].choices[0].delta.role, 'assistant');
      assert.deepEqual(chunks.at(-1).choices, []);
      assert.ok(chunks.at(-2).choices[0].finish_reason);
    }
  });

  it('models fit', async () => {
    const response = await fetch(`${fake.url}/models`, { headers: { authorization: `Bearer ${fake.key}` } });
    const { data } = (await response.json()) as { data: unknown[] };
    for (const model of data) fits('model', model);
  });
});
