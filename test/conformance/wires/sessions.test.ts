/** Calls of the model wires that belong to a session, made by the SDKs that people use. */
import assert from 'node:assert/strict';
import { createAnthropic } from '@ai-sdk/anthropic';
import Anthropic from '@anthropic-ai/sdk';
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage } from '@langchain/core/messages';
import { generateText, type ModelMessage } from 'ai';
import OpenAI from 'openai';
import { clientScopes } from '../../../src/core/register.ts';
import { plainText } from '../../../src/protocol/content.ts';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { bearer, call, startTestBridge, type TestBridge } from '../bridge/support.ts';

const model = 'claude-opus-5-5';
const header = 'x-causeway-session';
type Said = Anthropic.MessageParam;
const user = (content: string): Said => ({ role: 'user', content });
const tools = [{ name: 'look', description: 'Looks.', input_schema: { type: 'object' as const } }];

describe('wire: sessions on the model wires', function () {
  this.timeout(30_000);
  let test: TestBridge;
  let sdk: Anthropic;
  let openai: OpenAI;
  before(async () => {
    test = await startTestBridge();
    sdk = new Anthropic({ apiKey: test.token, baseURL: test.url, maxRetries: 0 });
    openai = new OpenAI({ apiKey: test.token, baseURL: `${test.url}/v1`, maxRetries: 0 });
  });
  after(() => test.close());

  const says = (...texts: string[]) => test.core.fake.enqueue(...texts.map(answer));
  const ask = (
    session: string,
    messages: Said[],
    more: Partial<Anthropic.MessageCreateParamsNonStreaming> = {},
    headers: Record<string, string> = {},
  ) =>
    sdk.messages
      .create({ model, max_tokens: 4000, messages, ...more }, { headers: { [header]: session, ...headers } })
      .withResponse();
  const sessionOf = ({ response }: { response: Response }): string => {
    const id = response.headers.get(header);
    assert.ok(id, 'the session comes back');
    return id;
  };
  const spoken = async (id: string, leafId?: string): Promise<string[]> =>
    (await test.core.store.path(id, leafId === undefined ? {} : { leafId })).flatMap((entry) =>
      entry.kind === 'user' || entry.kind === 'assistant'
        ? [`${entry.kind}: ${plainText(entry.content)}`]
        : entry.kind === 'tool_result'
          ? [`result: ${entry.results.map(({ content }) => plainText(content)).join()}`]
          : [],
    );
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the fake was sent as it came.
  const sent = (): any => test.core.fake.requests.at(-1)?.body;

  it('keeps a conversation whose history is sent again each time, each thing once', async () => {
    says('One.', 'Two.', 'Three.');
    const messages: Said[] = [user('First')];
    const first = await ask('new', messages);
    const id = sessionOf(first);
    messages.push({ role: 'assistant', content: first.data.content }, user('Second'));
    const second = await ask(id, messages);
    assert.equal(sessionOf(second), id);
    messages.push({ role: 'assistant', content: 'Two.' }, user('Third'));
    assert.equal((await ask(id, messages)).data.content[0]?.type, 'text');
    assert.deepEqual(await spoken(id), [
      'user: First',
      'assistant: One.',
      'user: Second',
      'assistant: Two.',
      'user: Third',
      'assistant: Three.',
    ]);
    assert.equal((await test.core.store.log(id)).filter(({ kind }) => kind === 'user').length, 3);
    assert.deepEqual(
      sent().messages.map(({ role }: Said) => role),
      ['user', 'assistant', 'user', 'assistant', 'user'],
    );
  });

  it('has no secret of the program in its log or its request, and is matched again all the same', async () => {
    const token = ['ghp', '_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0', 'pINUx'].join('');
    says('A token.', 'Still one.');
    const messages: Said[] = [user(`What is ${token}?`)];
    const described = {
      name: 'look',
      description: `Uses ${token}.`,
      input_schema: { type: 'object' as const },
    };
    const first = await ask('new', messages, { tools: [described] });
    messages.push({ role: 'assistant', content: first.data.content }, user(`And ${token} now?`));
    const second = await ask('auto', messages, { tools: [described] });
    assert.equal(sessionOf(second), sessionOf(first));
    const log = JSON.stringify([
      await test.core.store.log(sessionOf(first)),
      await test.core.store.get(sessionOf(first)),
    ]);
    assert.ok(!log.includes(token) && !JSON.stringify(test.core.fake.requests).includes(token));
    assert.equal(log.match(/"kind":"user"/g)?.length, 2);
  });

  it('tells each turn one end, also where the program kept another answer than came', async () => {
    says('Hello world and more.', 'Two.');
    const first = await ask('new', [user('First')]);
    const id = sessionOf(first);
    await ask(id, [user('First'), { role: 'assistant', content: 'Hello wor' }, user('Second')]);
    const ends = (await test.core.store.log(id)).flatMap((entry) =>
      entry.kind === 'assistant' && entry.outcome !== undefined ? [entry.turnId] : [],
    );
    assert.equal(new Set(ends).size, ends.length);
  });

  it('is a turn like any other: followed by events, with its report, its client and its price', async () => {
    says('Seen.');
    const ended = test.core.event('turn.ended');
    const started = test.core.event('turn.started');
    const got = await ask('new', [user('Look at me')]);
    const id = sessionOf(got);
    const { turnId } = await started;
    assert.equal(got.response.headers.get('x-causeway-turn'), turnId);
    const { entry } = await ended;
    assert.equal(entry.kind === 'assistant' && entry.outcome, 'done');
    assert.equal(entry.client, 'script');
    assert.equal(entry.door, 'bridge');
    assert.ok(entry.kind === 'assistant' && (entry.costUsd ?? 0) > 0);
    const context = await call(test, 'GET', `/v1/sessions/${id}/context?request=true`);
    assert.equal(context.status, 200);
    assert.deepEqual(context.body.request.messages, sent().messages);
    assert.equal(got.data.stop_reason, 'end_turn');
    assert.match(got.data.id, /^msg_/);
    assert.ok(got.data.usage.input_tokens > 0);
    assert.equal(typeof got.data.usage.cache_read_input_tokens, 'number');
  });

  it('lets the program’s system prompt, tools and ceiling win', async () => {
    says('Ahoy.');
    await ask(
      'new',
      [user('Hello')],
      { system: [{ type: 'text', text: 'You are a pirate.' }], tools, tool_choice: { type: 'auto' } },
      { 'x-causeway-context': 'none' },
    );
    assert.deepEqual(
      sent().system.map(({ text }: Anthropic.TextBlockParam) => text),
      ['You are a pirate.'],
    );
    assert.deepEqual(
      sent().tools.map(({ name }: Anthropic.Tool) => name),
      ['look'],
    );
    assert.deepEqual(sent().tool_choice, { type: 'auto' });
    assert.equal(sent().max_tokens, 4000);
    assert.equal(sent().thinking, undefined);
  });

  it('sends open files along where the header asks for them, and not where it does not', async () => {
    test.core.workspace.openFiles = [
      {
        uri: 'file:///a.ts',
        path: 'a.ts',
        languageId: 'typescript',
        text: 'const canary = 1;',
        active: true,
      },
    ];
    says('Yes.', 'No.');
    await ask('new', [user('What is open?')], {}, { 'x-causeway-context': 'open-files' });
    assert.match(JSON.stringify(sent().messages), /const canary/);
    await ask('new', [user('What is open?')], {}, { 'x-causeway-context': 'recall' });
    assert.doesNotMatch(JSON.stringify(sent().messages), /const canary/);
    test.core.workspace.openFiles = [];
  });

  it('makes a branch where the history differs, and leaves the other one as it is', async () => {
    says('One.', 'Two.', 'Another two.');
    const first = await ask('new', [user('First')]);
    const id = sessionOf(first);
    const before: Said[] = [user('First'), { role: 'assistant', content: 'One.' }];
    await ask(id, [...before, user('Second')]);
    const [leaf] = (await test.core.store.path(id)).slice(-1);
    await ask(id, [...before, user('Second, edited')]);
    assert.deepEqual((await spoken(id)).slice(2), ['user: Second, edited', 'assistant: Another two.']);
    assert.deepEqual((await spoken(id, leaf?.id)).slice(2), ['user: Second', 'assistant: Two.']);
    const answers = (await test.core.store.log(id)).filter(({ kind }) => kind === 'assistant');
    assert.equal(answers.length, 3);
  });

  it('takes in a history that was held elsewhere, and a whole other beginning as a branch', async () => {
    says('Fine.', 'Other.');
    const held: Said[] = [user('Before'), { role: 'assistant', content: 'Long ago.' }, user('And now?')];
    const id = sessionOf(await ask('new', held));
    assert.deepEqual(await spoken(id), [
      'user: Before',
      'assistant: Long ago.',
      'user: And now?',
      'assistant: Fine.',
    ]);
    await ask(id, [user('Anew')], {}, { 'x-causeway-history': 'whole' });
    assert.deepEqual(await spoken(id), ['user: Anew', 'assistant: Other.']);
    assert.equal(sent().messages.length, 1);
  });

  it('gives calls of tools back to the program, and goes on with its results', async () => {
    test.core.fake.enqueue(toolCall('toolu_1', 'look', { path: 'b.ts' }));
    says('Found it.', 'You are welcome.');
    const first = await ask('new', [user('Find it')], { tools });
    const id = sessionOf(first);
    assert.equal(first.data.stop_reason, 'tool_use');
    const made = first.data.content[0];
    assert.deepEqual(made?.type === 'tool_use' && [made.id, made.input], ['toolu_1', { path: 'b.ts' }]);
    const messages: Said[] = [
      user('Find it'),
      { role: 'assistant', content: first.data.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'line 3' }] },
    ];
    const second = await ask(id, messages, { tools });
    assert.equal(second.data.stop_reason, 'end_turn');
    assert.deepEqual(await spoken(id), [
      'user: Find it',
      'assistant: ',
      'result: line 3',
      'user: ',
      'assistant: Found it.',
    ]);
    assert.deepEqual(
      sent().messages.map(({ role, content }: { role: string; content: { type: string }[] }) => [
        role,
        ...content.map(({ type }) => type),
      ]),
      [
        ['user', 'text'],
        ['assistant', 'tool_use'],
        ['user', 'tool_result'],
      ],
    );
    await ask(id, [...messages, { role: 'assistant', content: 'Found it.' }, user('Thanks')], { tools });
    assert.equal((await test.core.store.log(id)).filter(({ kind }) => kind === 'tool_result').length, 1);
    assert.equal(sent().messages.length, 5);
  });

  it('streams text, thinking with its signature and calls, as the API does', async () => {
    test.core.fake.enqueue({
      kind: 'answer',
      blocks: [
        { type: 'thinking', deltas: ['Let me ', 'see.'], signature: 'c2ln' },
        { type: 'text', deltas: ['The ', 'timer.'] },
        { type: 'tool_use', id: 'toolu_9', name: 'look', jsonDeltas: ['{"pa', 'th":"a.ts"}'] },
      ],
      stopReason: 'tool_use',
    });
    const message = await sdk.messages
      .stream(
        { model, max_tokens: 4000, messages: [user('Think')], tools, thinking: { type: 'adaptive' } },
        { headers: { [header]: 'new' } },
      )
      .finalMessage();
    assert.deepEqual(message.content, [
      { type: 'thinking', thinking: 'Let me see.', signature: 'c2ln' },
      { type: 'text', text: 'The timer.' },
      { type: 'tool_use', id: 'toolu_9', name: 'look', input: { path: 'a.ts' }, caller: { type: 'direct' } },
    ]);
    assert.equal(message.stop_reason, 'tool_use');
    assert.ok(message.usage.output_tokens > 0);
    assert.deepEqual(sent().thinking, { type: 'adaptive' });
  });

  it('gets the first words before the last are made', async () => {
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const seen: string[] = [];
    const stream = await sdk.messages.create(
      { model, max_tokens: 100, messages: [user('Slowly')], stream: true },
      { headers: { [header]: 'new' } },
    );
    test.core.fake.gate.step();
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
        seen.push(event.delta.text);
        test.core.fake.gate.step();
      }
    }
    assert.equal(seen.join(''), 'one two three');
    assert.ok(seen.length > 1);
  });

  it('recalls an earlier turn that the program did not send again', async () => {
    says('Noted: heron.');
    const id = sessionOf(await ask('new', [user('The password of the lighthouse is heron.')]));
    const settings = test.core.settings;
    const tokens = settings.conversationTokens;
    settings.conversationTokens = 200;
    settings.compaction = 'off';
    try {
      for (let n = 0; n < 6; n++) {
        says(`Paragraph ${n} ${'about the weather in the hills. '.repeat(20)}`);
        await ask(id, [user(`Tell me more about hills, part ${n}`)]);
      }
      says('heron');
      await ask(
        id,
        [user('What was the password of the lighthouse?')],
        {},
        { 'x-causeway-context': 'recall' },
      );
      const said = JSON.stringify(sent().messages);
      assert.match(said, /<recalled.*lighthouse is heron/);
      says('No idea.');
      await ask(id, [user('Say it: the password of the lighthouse?')], {}, { 'x-causeway-context': 'none' });
      assert.doesNotMatch(JSON.stringify(sent().messages), /<recalled/);
    } finally {
      settings.conversationTokens = tokens;
      settings.compaction = 'extractive';
    }
  });

  it('stops upstream and the turn when the program goes away, and keeps what had arrived', async () => {
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const abort = new AbortController();
    const got = await sdk.messages
      .create(
        { model, max_tokens: 100, messages: [user('Drip')], stream: true },
        { headers: { [header]: 'new' }, signal: abort.signal },
      )
      .withResponse();
    const id = sessionOf(got);
    const ended = test.core.event('turn.ended', ({ sessionId }) => sessionId === id);
    test.core.fake.gate.step();
    for await (const event of got.data) if (event.type === 'content_block_delta') break;
    abort.abort();
    const { entry } = await ended;
    assert.equal(entry.kind === 'assistant' && entry.outcome, 'stopped');
    assert.match(entry.kind === 'assistant' ? plainText(entry.content) : '', /^one/);
  });

  it('ends a stream that fails on the way with an error event, and keeps what had arrived', async () => {
    test.core.fake.enqueue({ kind: 'error_in_stream', status: 529, message: 'Too much', text: 'half an' });
    const got = await sdk.messages
      .create(
        { model, max_tokens: 100, messages: [user('Fail')], stream: true },
        { headers: { [header]: 'new' } },
      )
      .withResponse();
    await assert.rejects(async () => {
      for await (const _ of got.data);
    }, /overloaded/);
    assert.deepEqual(await spoken(sessionOf(got)), ['user: Fail', 'assistant: half an']);
  });

  it('answers two calls of one session one after the other', async () => {
    says('One.');
    const id = sessionOf(await ask('new', [user('First')]));
    test.core.fake.enqueue({ kind: 'drip', text: 'slow', gated: true });
    says('Quick.');
    const queued = test.core.event('turn.queued');
    const started = test.core.event('turn.started');
    const slow = ask(id, [user('Slow one')]);
    await started;
    const quick = ask(id, [user('Quick one')]);
    await queued;
    for (let n = 0; n < 5; n++) test.core.fake.gate.step();
    assert.equal((await slow).data.content[0]?.type, 'text');
    assert.deepEqual((await quick).data.content, [{ type: 'text', text: 'Quick.' }]);
  });

  it('tells errors of the API in the wire’s shape and with the session, and the retry stands beside', async () => {
    test.core.fake.enqueue({ kind: 'error', status: 400, message: 'No such thing' });
    says('Better.');
    const failed = await ask('new', [user('Try')]).catch((error: unknown) => error);
    assert.ok(failed instanceof Anthropic.BadRequestError);
    assert.equal(failed.type, 'invalid_request_error');
    const id = failed.headers.get(header);
    assert.ok(id);
    await ask(id, [user('Try')]);
    assert.deepEqual(await spoken(id), ['user: Try', 'assistant: Better.']);
  });

  it('says without a key what the API says, and quotes nothing', async () => {
    const { key } = test.core.secrets;
    const before = (await test.core.store.list()).length;
    const keyless = await startTestBridge();
    keyless.core.secrets.key = undefined;
    try {
      const client = new Anthropic({ apiKey: keyless.token, baseURL: keyless.url, maxRetries: 0 });
      await assert.rejects(
        client.messages.create(
          { model, max_tokens: 10, messages: [user('Hi')] },
          { headers: { [header]: 'new' } },
        ),
        Anthropic.AuthenticationError,
      );
      assert.equal((await keyless.core.store.list()).length, 0);
    } finally {
      await keyless.close();
    }
    assert.equal(test.core.secrets.key, key);
    assert.equal((await test.core.store.list()).length, before);
  });

  const refused: [name: string, status: number, headers: Record<string, string>, messages: Said[]][] = [
    ['another text for the session', 400, { [header]: 'mine' }, [user('x')]],
    ['a session that is not there', 404, { [header]: '00000000-0000-4000-8000-000000000009' }, [user('x')]],
    ['context without a session', 400, { 'x-causeway-context': 'recall' }, [user('x')]],
    ['a context of another name', 400, { [header]: 'new', 'x-causeway-context': 'all' }, [user('x')]],
    [
      'an answer as the last message',
      400,
      { [header]: 'new' },
      [user('x'), { role: 'assistant', content: 'y' }],
    ],
    [
      'a result without its call',
      400,
      { [header]: 'new' },
      [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_x', content: 'y' }] }],
    ],
  ];
  for (const [name, status, headers, messages] of refused) {
    it(`refuses ${name}, and leaves no session behind`, async () => {
      const before = (await test.core.store.list()).length;
      const error = await sdk.messages
        .create({ model, max_tokens: 10, messages }, { headers })
        .catch((caught: unknown) => caught);
      assert.ok(error instanceof Anthropic.APIError, String(error));
      assert.equal(error.status, status);
      assert.equal((await test.core.store.list()).length, before);
    });
  }

  it('refuses a client without the scopes of sessions, and the session of another client', async () => {
    says('Mine.');
    const id = sessionOf(await ask('new', [user('Secret')]));
    const modelsOnly = await test.addClient({ name: 'relay', scopes: ['models'] });
    const other = await test.addClient({ name: 'other', scopes: [...clientScopes] });
    for (const [token, session, status] of [
      [modelsOnly.token, 'new', 403],
      [modelsOnly.token, id, 403],
      [other.token, id, 404],
    ] as const) {
      const got = await fetch(`${test.url}/v1/messages`, {
        method: 'POST',
        headers: { ...bearer(token), 'content-type': 'application/json', [header]: session },
        body: JSON.stringify({ model, max_tokens: 10, messages: [user('x')] }),
      });
      assert.equal(got.status, status);
      assert.equal(((await got.json()) as { type: string }).type, 'error');
    }
  });

  it('finds its session again by the model’s name and the history alone', async () => {
    says('One.', 'Two.');
    const named = `${model}@session`;
    const send = (messages: Said[]) =>
      sdk.messages.create({ model: named, max_tokens: 100, messages }).withResponse();
    const id = sessionOf(await send([user('A beginning of its own')]));
    const again = await send([
      user('A beginning of its own'),
      { role: 'assistant', content: [{ type: 'text', text: 'One.' }] },
      user('Go on'),
    ]);
    assert.equal(sessionOf(again), id);
    assert.equal(again.data.model, model);
    says('Three.');
    const byId = await sdk.messages
      .create({ model: `${model}@session:${id}`, max_tokens: 100, messages: [user('More')] })
      .withResponse();
    assert.equal(sessionOf(byId), id);
    assert.equal((await spoken(id)).length, 6);
  });

  it('OpenAI’s SDK: history, streams with usage, tools and errors', async () => {
    test.core.fake.enqueue(toolCall('toolu_o', 'look', { path: 'a.ts' }));
    says('It is the timer.', 'Gladly.');
    const functions: OpenAI.ChatCompletionTool[] = [
      { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
    ];
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Why?' },
    ];
    const send = (session: string) =>
      openai.chat.completions
        .create({ model, messages, tools: functions, temperature: 0 }, { headers: { [header]: session } })
        .withResponse();
    const first = await send('new');
    const id = sessionOf(first);
    const [choice] = first.data.choices;
    assert.equal(choice?.finish_reason, 'tool_calls');
    assert.match(first.response.headers.get('x-causeway-ignored') ?? '', /temperature/);
    if (!choice) return;
    messages.push(choice.message, { role: 'tool', tool_call_id: 'toolu_o', content: 'line 3' });
    const second = await send(id);
    assert.equal(second.data.choices[0]?.message.content, 'It is the timer.');
    assert.ok((second.data.usage?.prompt_tokens ?? 0) > 0);
    assert.equal(sent().system[0].text, 'Be brief.');
    messages.push({ role: 'assistant', content: 'It is the timer.' }, { role: 'user', content: 'Thanks' });
    const stream = await openai.chat.completions.create(
      { model, messages, stream: true, stream_options: { include_usage: true } },
      { headers: { [header]: id } },
    );
    let text = '';
    let total = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      total = chunk.usage?.total_tokens ?? total;
    }
    assert.equal(text, 'Gladly.');
    assert.ok(total > 0);
    assert.deepEqual(await spoken(id), [
      'user: Why?',
      'assistant: ',
      'result: line 3',
      'user: ',
      'assistant: It is the timer.',
      'user: Thanks',
      'assistant: Gladly.',
    ]);
    test.core.fake.enqueue({ kind: 'error', status: 400, message: 'No such thing' });
    const error = await send(id).catch((caught: unknown) => caught);
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.headers.get(header), id);
  });

  it('LangChain and the AI SDK keep their conversations too', async () => {
    says('One.', 'Two.');
    const chain = (session: string) =>
      new ChatAnthropic({
        model,
        apiKey: test.token,
        anthropicApiUrl: test.url,
        maxTokens: 4000,
        maxRetries: 0,
        clientOptions: { defaultHeaders: { [header]: session } },
      });
    const listed = async () => (await test.core.store.list({ limit: 1 }))[0]?.id ?? '';
    const one = await chain('new').invoke([new HumanMessage('From LangChain')]);
    const id = await listed();
    await chain(id).invoke([new HumanMessage('From LangChain'), one, new HumanMessage('On')]);
    assert.deepEqual(await spoken(id), [
      'user: From LangChain',
      'assistant: One.',
      'user: On',
      'assistant: Two.',
    ]);

    says('Three.', 'Four.');
    const ai = createAnthropic({ apiKey: test.token, baseURL: `${test.url}/v1` })(model);
    const talk: ModelMessage[] = [{ role: 'user', content: 'From the AI SDK' }];
    const three = await generateText({
      model: ai,
      messages: talk,
      maxRetries: 0,
      headers: { [header]: 'new' },
    });
    const aiId = three.response.headers?.[header] ?? '';
    talk.push(...three.response.messages, { role: 'user', content: 'On' });
    await generateText({ model: ai, messages: talk, maxRetries: 0, headers: { [header]: aiId } });
    assert.deepEqual(await spoken(aiId), [
      'user: From the AI SDK',
      'assistant: Three.',
      'user: On',
      'assistant: Four.',
    ]);
  });

  it('relays a plain call byte for byte, and makes no session of it', async () => {
    const before = (await test.core.store.list()).length;
    const body = `{ "model":"${model}",\n"max_tokens": 1000, "messages":[{"role":"user","content":"\\u00e9 é 😀"}] }`;
    const got = await fetch(`${test.url}/v1/messages`, {
      method: 'POST',
      headers: {
        ...bearer(test.token),
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
      },
      body,
    });
    assert.equal(got.status, 200);
    assert.equal(got.headers.get(header), null);
    const { headers } = test.core.fake.requests.at(-1) ?? {};
    assert.equal(headers?.['content-length'], String(Buffer.byteLength(body)));
    assert.equal((await test.core.store.list()).length, before);
  });
});
