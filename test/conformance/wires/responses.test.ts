/** OpenAI's Responses through the bridge, made by OpenAI's SDK: of Claude, of another server, and in sessions. */
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { clientScopes } from '../../../src/core/register.ts';
import { plainText } from '../../../src/protocol/content.ts';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { contractIn } from '../../support/contract.ts';
import type { Contract } from '../../support/openai/contractTypes.ts';
import * as chat from '../../support/openai/script.ts';
import { type BridgeWithServers, startWithServers } from '../../support/servers.ts';
import { bearer, type TestBridge } from '../bridge/support.ts';

type Create = OpenAI.Responses.ResponseCreateParamsNonStreaming;
const claude = 'claude-opus-5-5';
const input = 'Why is it flaky?';
const header = 'x-causeway-session';
const schema = {
  type: 'object',
  properties: { cause: { type: 'string' } },
  required: ['cause'],
  additionalProperties: false,
};
const look: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'look',
  description: 'Looks.',
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
  strict: false,
};

describe('wire: OpenAI’s Responses', function () {
  this.timeout(60_000);
  let all: BridgeWithServers<'mine'>;
  let test: TestBridge;
  let sdk: OpenAI;
  let contract: (name: keyof Contract, value: unknown) => string[];
  before(async () => {
    contract = contractIn<keyof Contract>(new URL('../../support/openai/contractTypes.ts', import.meta.url));
    all = await startWithServers({ mine: 'openai' });
    ({ test } = all);
    sdk = new OpenAI({ apiKey: test.token, baseURL: `${test.url}/v1`, maxRetries: 0 });
  });
  after(() => all.close());

  /** `output_text` is put in by the SDK, and is not on the wire. */
  const fits = (name: 'response' | 'responseEvent', value: object) => {
    const whole = name === 'response' ? { output_text: '', ...value } : value;
    const told =
      'response' in whole ? { ...whole, response: { output_text: '', ...Object(whole.response) } } : whole;
    assert.deepEqual(contract(name, told), [], JSON.stringify(value));
  };
  const create = (more: Partial<Create> = {}, headers: Record<string, string> = {}) =>
    sdk.responses.create({ model: claude, input, ...more }, { headers }).withResponse();
  /** The body as it comes, without what the SDK adds. */
  const raw = async (body: object) => {
    const got = await fetch(`${test.url}/v1/responses`, {
      method: 'POST',
      headers: { ...bearer(test.token), 'content-type': 'application/json' },
      body: JSON.stringify({ model: claude, input, ...body }),
    });
    return { status: got.status, body: (await got.json()) as object };
  };
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the fakes were sent as it came.
  const sentToClaude = (): any => all.claude.requests.at(-1)?.body;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the fakes were sent as it came.
  const sentToMine = (): any => all.servers.mine.requests.at(-1)?.body;

  /** Both upstreams, scripted alike. */
  const upstreams = [
    {
      name: 'Claude',
      model: claude,
      says: (text: string) => all.claude.enqueue(answer(text)),
      calls: (id: string, args: object, text = '') =>
        all.claude.enqueue({
          kind: 'answer',
          blocks: [
            ...(text === '' ? [] : [{ type: 'text' as const, deltas: [text] }]),
            { type: 'tool_use', id, name: 'look', jsonDeltas: [JSON.stringify(args)] },
          ],
          stopReason: 'tool_use',
        }),
      fails: (status: 400 | 429 | 529) =>
        all.claude.enqueue({ kind: 'error', status, message: 'Scripted words', retryAfter: 7 }),
      breaks: (kind: 'truncate' | 'disconnect') =>
        all.claude.enqueue(kind === 'truncate' ? { kind, text: 'Half' } : { kind, text: 'Half' }),
      drips: () => all.claude.enqueue({ kind: 'drip', text: 'one two three', gated: true }),
      fake: () => all.claude,
    },
    {
      name: 'another server',
      model: 'mine/fake-large',
      says: (text: string) => all.servers.mine.enqueue(chat.answer(text)),
      calls: (id: string, args: object, text = '') =>
        all.servers.mine.enqueue({ ...chat.toolCall(id, 'look', args), ...(text === '' ? {} : { text }) }),
      fails: (status: 400 | 429 | 529) =>
        all.servers.mine.enqueue({
          kind: 'error',
          status,
          message: 'Scripted words',
          headers: { 'retry-after': '7' },
        }),
      breaks: (kind: 'truncate' | 'disconnect') => all.servers.mine.enqueue({ kind, text: 'Half' }),
      drips: () => all.servers.mine.enqueue({ kind: 'answer', text: 'one two three', gated: true }),
      fake: () => all.servers.mine,
    },
  ];

  for (const { name, model, says, calls, fails, breaks, drips, fake } of upstreams)
    describe(`of ${name}`, () => {
      it('come whole, with their usage and the id of the request', async () => {
        says('The timer.');
        const { data, request_id } = await create({ model, instructions: 'Be brief.', metadata: { a: 'b' } });
        assert.deepEqual(
          [data.output_text, data.status, data.object],
          ['The timer.', 'completed', 'response'],
        );
        assert.ok(
          data.usage && data.usage.total_tokens === data.usage.input_tokens + data.usage.output_tokens,
        );
        assert.deepEqual([data.instructions, data.metadata], ['Be brief.', { a: 'b' }]);
        assert.match(request_id ?? '', /^req_/);
        says('Once more.');
        const { body } = await raw({ model });
        fits('response', body);
      });

      it('stream in the API’s order, and fit the types of the installed SDK', async () => {
        calls('call_1', { path: 'a é 😀.ts' }, 'I look. é');
        const stream = await sdk.responses.create({ model, input, tools: [look], stream: true });
        const events: OpenAI.Responses.ResponseStreamEvent[] = [];
        for await (const event of stream) events.push(event);
        for (const event of events) fits('responseEvent', event);
        assert.deepEqual(
          events.map(({ sequence_number }) => sequence_number),
          events.map((_, place) => place),
        );
        const types = [...new Set(events.map(({ type }) => type))];
        assert.deepEqual(types, [
          'response.created',
          'response.in_progress',
          'response.output_item.added',
          'response.content_part.added',
          'response.output_text.delta',
          'response.output_text.done',
          'response.content_part.done',
          'response.output_item.done',
          'response.function_call_arguments.delta',
          'response.function_call_arguments.done',
          'response.completed',
        ]);
      });

      it('call tools and go on with their results', async () => {
        calls('call_1', { path: 'a.ts' }, 'I look.');
        says('Found.');
        const first = await sdk.responses
          .stream({ model, input, tools: [look], tool_choice: 'required', parallel_tool_calls: false })
          .finalResponse();
        const call = first.output.find(({ type }) => type === 'function_call');
        assert.ok(call?.type === 'function_call');
        assert.deepEqual(JSON.parse(call.arguments), { path: 'a.ts' });
        const { data } = await create({
          model,
          tools: [look],
          input: [
            { role: 'user', content: input },
            ...first.output,
            { type: 'function_call_output', call_id: call.call_id, output: 'It is there.' },
          ] as OpenAI.Responses.ResponseInput,
        });
        assert.equal(data.output_text, 'Found.');
      });

      it('see pictures, and keep to a schema', async () => {
        says('{"cause":"timer"}');
        const png = 'data:image/png;base64,iVBORw0KGgo=';
        const { data } = await create({
          model,
          input: [
            {
              role: 'user',
              content: [
                { type: 'input_text', text: 'What is it?' },
                { type: 'input_image', image_url: png, detail: 'auto' },
              ],
            },
          ],
          text: { format: { type: 'json_schema', name: 'cause', schema, strict: true } },
        });
        assert.deepEqual(JSON.parse(data.output_text), { cause: 'timer' });
        assert.match(JSON.stringify(fake().requests.at(-1)?.body), /iVBORw0KGgo=.*json_schema/);
      });

      for (const [status, error] of [
        [400, OpenAI.BadRequestError],
        [429, OpenAI.RateLimitError],
        [529, OpenAI.InternalServerError],
      ] as const)
        it(`tell an error ${status} with its words and when to retry`, async () => {
          fails(status);
          const failed = await create({ model }).catch((thrown: unknown) => thrown);
          assert.ok(failed instanceof error, String(failed));
          assert.match(failed.message, /Scripted words/);
          assert.equal(failed.headers?.get('retry-after'), '7');
        });

      for (const kind of ['truncate', 'disconnect'] as const)
        it(`threat 17: end a stream that breaks off by ${kind} with an error`, async () => {
          breaks(kind);
          const stream = await sdk.responses.create({ model, input, stream: true });
          const seen: OpenAI.Responses.ResponseStreamEvent[] = [];
          await assert.rejects(async () => {
            for await (const event of stream) seen.push(event);
          }, OpenAI.APIError);
          assert.equal(seen.at(-1)?.type, 'response.failed');
          const last = seen.at(-1);
          if (last) fits('responseEvent', last);
        });

      it('end upstream when the client goes away', async () => {
        drips();
        const abort = new AbortController();
        const asked = sdk.responses
          .create({ model, input, stream: true }, { signal: abort.signal })
          .catch(() => undefined);
        await fake().gate.arrived();
        const closed = fake().requests.at(-1)?.closed;
        abort.abort();
        assert.equal(await closed, false);
        await asked;
      });
    });

  it('are not whole where the ceiling cut them, and say so', async () => {
    all.claude.enqueue({
      kind: 'answer',
      blocks: [{ type: 'text', deltas: ['One'] }],
      stopReason: 'max_tokens',
    });
    const { data } = await create({ max_output_tokens: 5 });
    assert.deepEqual([data.status, data.incomplete_details?.reason], ['incomplete', 'max_output_tokens']);
    assert.equal(sentToClaude().max_tokens, 5);
  });

  it('name what has no effect, and tell a server what it can do', async () => {
    all.servers.mine.enqueue(chat.answer('Yes.'));
    const { response } = await create({
      model: 'mine/fake-large',
      temperature: 0.3,
      reasoning: { effort: 'low', summary: 'auto' },
      text: { verbosity: 'low' },
      include: ['reasoning.encrypted_content'],
      truncation: 'auto',
      user: 'u1',
    });
    assert.deepEqual(response.headers.get('x-causeway-ignored')?.split(', ').sort(), [
      'include',
      'reasoning.summary',
      'text.verbosity',
      'truncation',
      'user',
    ]);
    assert.deepEqual([sentToMine().temperature, sentToMine().reasoning_effort], [0.3, 'low']);
  });

  const refused: [field: string, more: object][] = [
    ['store', { store: true }],
    ['previous_response_id', { previous_response_id: 'resp_of_somebody' }],
    ['conversation', { conversation: 'conv_of_somebody' }],
    ['background', { background: true }],
    ['prompt', { prompt: { id: 'pmpt_1' } }],
    ['tools.0.type', { tools: [{ type: 'web_search' }] }],
    ['tool_choice', { tools: [look], tool_choice: { type: 'file_search' } }],
    ['input.0.type', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['input', { input: undefined }],
    [
      'input.0.content.0.image_url',
      { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'file_1' }] }] },
    ],
    ['input.0.arguments', { input: [{ type: 'function_call', call_id: 'c', name: 'look', arguments: '[' }] }],
  ];
  for (const [field, more] of refused)
    it(`are refused what cannot be done, by its field ${field}`, async () => {
      const before = all.claude.requests.length;
      const error = await create(more as Partial<Create>).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof OpenAI.BadRequestError, String(error));
      assert.match(error.message, new RegExp(`${field}: got`));
      assert.equal(all.claude.requests.length, before);
    });

  it('kept at another address are not there', async () => {
    await assert.rejects(sdk.responses.retrieve('resp_1'), OpenAI.NotFoundError);
    await assert.rejects(sdk.conversations.create(), OpenAI.NotFoundError);
  });

  describe('in a session', () => {
    const sessionOf = ({ response }: { response: Response }): string => response.headers.get(header) ?? '';
    const spoken = async (id: string): Promise<string[]> =>
      (await test.core.store.path(id, {})).flatMap((entry) =>
        entry.kind === 'user' || entry.kind === 'assistant'
          ? [`${entry.kind}: ${plainText(entry.content)}`]
          : entry.kind === 'tool_result'
            ? [`result: ${entry.results.map(({ content }) => plainText(content)).join()}`]
            : [],
      );

    it('go on behind the response they name, and fork where it is named twice', async () => {
      for (const text of ['One.', 'Two.', 'Other two.', 'Three.']) all.claude.enqueue(answer(text));
      const first = await create({ input: 'First', store: true }, { [header]: 'new' });
      const id = sessionOf(first);
      const previous = first.data.id;
      const second = await create({ input: 'Second', previous_response_id: previous });
      assert.equal(sessionOf(second), id);
      assert.equal(second.data.previous_response_id, previous);
      assert.deepEqual(await spoken(id), [
        'user: First',
        'assistant: One.',
        'user: Second',
        'assistant: Two.',
      ]);
      await create({ input: 'Another second', previous_response_id: previous });
      assert.deepEqual(await spoken(id), [
        'user: First',
        'assistant: One.',
        'user: Another second',
        'assistant: Other two.',
      ]);
      await create({ input: 'Third', previous_response_id: second.data.id });
      assert.deepEqual((await spoken(id)).slice(2), [
        'user: Second',
        'assistant: Two.',
        'user: Third',
        'assistant: Three.',
      ]);
    });

    it('go on with the results of calls alone, streamed, and by their conversation', async () => {
      all.claude.enqueue(toolCall('toolu_1', 'look', { path: 'a.ts' }), answer('Found.'), answer('Gladly.'));
      const first = await create({ input: 'Look', tools: [look] }, { [header]: 'new' });
      const id = sessionOf(first);
      const call = first.data.output.find(({ type }) => type === 'function_call');
      assert.ok(call?.type === 'function_call');
      const stream = await sdk.responses.create({
        model: claude,
        tools: [look],
        previous_response_id: first.data.id,
        input: [{ type: 'function_call_output', call_id: call.call_id, output: 'It is there.' }],
        stream: true,
      });
      const events: OpenAI.Responses.ResponseStreamEvent[] = [];
      for await (const event of stream) events.push(event);
      for (const event of events) fits('responseEvent', event);
      const last = events.at(-1);
      assert.ok(last?.type === 'response.completed');
      const third = await create({ input: 'Thanks', conversation: last.response.conversation?.id ?? null });
      assert.equal(sessionOf(third), id);
      assert.deepEqual(await spoken(id), [
        'user: Look',
        'assistant: ',
        'result: It is there.',
        'user: ',
        'assistant: Found.',
        'user: Thanks',
        'assistant: Gladly.',
      ]);
    });

    it('of another program are not there, nor are turns that no session has', async () => {
      all.claude.enqueue(answer('Mine.'));
      const { data } = await create({ input: 'Secret' }, { [header]: 'new' });
      const other = await test.addClient({ name: 'other', scopes: [...clientScopes] });
      const theirs = new OpenAI({ apiKey: other.token, baseURL: `${test.url}/v1`, maxRetries: 0 });
      const asked = { model: claude, input: 'And?', previous_response_id: data.id };
      await assert.rejects(theirs.responses.create(asked), OpenAI.NotFoundError);
      const gone = data.id.replace(/.{4}$/, 'ffff');
      await assert.rejects(create({ previous_response_id: gone }), OpenAI.NotFoundError);
    });

    const contrary: [field: string, more: Partial<Create>, headers: Record<string, string>][] = [
      ['store', { store: false }, { [header]: 'new' }],
      ['previous_response_id', { previous_response_id: `resp_${'a'.repeat(64)}` }, { [header]: 'new' }],
      [
        'conversation',
        { previous_response_id: `resp_${'a'.repeat(64)}`, conversation: `conv_${'a'.repeat(32)}` },
        {},
      ],
    ];
    for (const [field, more, headers] of contrary)
      it(`are refused what contradicts itself, by ${field}, and leave no session behind`, async () => {
        const before = (await test.core.store.list()).length;
        const error = await create(more, headers).catch((thrown: unknown) => thrown);
        assert.ok(error instanceof OpenAI.BadRequestError, String(error));
        assert.match(error.message, new RegExp(`${field}: got`));
        assert.equal((await test.core.store.list()).length, before);
      });
  });
});
