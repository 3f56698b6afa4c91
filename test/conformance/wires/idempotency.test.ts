/** Calls of a session with an Idempotency-Key, made by the SDKs that people use. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const model = 'claude-opus-5-5';
const request = { model, max_tokens: 4000, messages: [{ role: 'user' as const, content: 'Go.' }] };

describe('wire: a session’s call with an Idempotency-Key', function () {
  this.timeout(30_000);
  let test: TestBridge;
  let sdk: Anthropic;
  let serial = 0;
  before(async () => {
    test = await startTestBridge();
    sdk = new Anthropic({ apiKey: test.token, baseURL: test.url });
  });
  after(() => test.close());

  const asked = () => test.core.fake.requests.filter(({ path }) => path === '/v1/messages').length;
  const newKey = () => `key-${++serial}`;
  const headersOf = (key: string, session = 'new') => ({
    headers: { 'x-causeway-session': session, 'idempotency-key': key },
  });
  const create = (key: string, session?: string) =>
    sdk.messages.create(request, headersOf(key, session)).withResponse();
  const placeOf = ({ headers }: Response) => [
    headers.get('x-causeway-session'),
    headers.get('x-causeway-turn'),
  ];

  it('is one turn in one session, and the model is asked once', async () => {
    const key = newKey();
    const before = asked();
    test.core.fake.enqueue(answer('All is well.'));
    const first = await create(key);
    const again = await create(key);
    assert.deepEqual(placeOf(again.response), placeOf(first.response));
    assert.deepEqual(again.data.content, first.data.content);
    assert.deepEqual([again.data.stop_reason, again.data.usage], [first.data.stop_reason, first.data.usage]);
    assert.equal(again.response.headers.get('idempotent-replayed'), 'true');
    assert.equal(asked() - before, 1);
  });

  it('leaves one session where it came twice at once', async () => {
    const key = newKey();
    const sessions = async () => (await test.core.store.list()).length;
    const before = await sessions();
    test.core.fake.enqueue(answer('Once.'));
    const both = await Promise.all([create(key), create(key)]);
    assert.deepEqual(placeOf(both[0].response), placeOf(both[1].response));
    assert.equal((await sessions()) - before, 1);
  });

  it('streams the answer it got before, with the calls in it', async () => {
    const key = newKey();
    const tools = [{ name: 'look', description: 'Looks.', input_schema: { type: 'object' as const } }];
    test.core.fake.enqueue(toolCall('toolu_1', 'look', { at: ['a', 'b'] }));
    const first = await sdk.messages.create({ ...request, tools }, headersOf(key));
    const before = asked();
    const again = await sdk.messages.stream({ ...request, tools }, headersOf(key)).finalMessage();
    assert.deepEqual(again.content, first.content);
    assert.equal(again.stop_reason, 'tool_use');
    assert.equal(asked(), before);
  });

  it('is told in the other wire’s words there', async () => {
    const key = newKey();
    const openai = new OpenAI({ apiKey: test.token, baseURL: `${test.url}/v1` });
    const chat = { model, messages: request.messages };
    test.core.fake.enqueue(answer('All is well.'));
    await openai.chat.completions.create(chat, headersOf(key));
    const before = asked();
    let text = '';
    for await (const chunk of await openai.chat.completions.create({ ...chat, stream: true }, headersOf(key)))
      text += chunk.choices[0]?.delta.content ?? '';
    assert.deepEqual([text, asked()], ['All is well.', before]);
  });

  it('is not sent again by the SDK when its turn failed, since the answer would be the same', async () => {
    const before = asked();
    test.core.fake.enqueue({ kind: 'truncate', text: 'half an ans' });
    await assert.rejects(create(newKey()), (error) => error instanceof Anthropic.APIError);
    assert.equal(asked() - before, 1);
  });

  it('is refused with 422 in the wire’s shape when the key came with another request', async () => {
    const key = newKey();
    test.core.fake.enqueue(answer('One.'));
    await create(key);
    await assert.rejects(
      sdk.messages.create({ ...request, max_tokens: 3999 }, headersOf(key)),
      (error) => error instanceof Anthropic.UnprocessableEntityError && /Idempotency-Key/.test(error.message),
    );
  });

  it('keeps no key of a call that was not accepted, nor its session', async () => {
    const key = newKey();
    const messages = [...request.messages, { role: 'assistant' as const, content: 'Then' }];
    const sessions = (await test.core.store.list()).length;
    for (let round = 0; round < 2; round++)
      await assert.rejects(
        sdk.messages.create({ ...request, messages }, headersOf(key)),
        Anthropic.BadRequestError,
      );
    assert.equal((await test.core.store.list()).length, sessions);
  });
});
