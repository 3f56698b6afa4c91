/** Other programs that speak Anthropic's wire, each with its own idea of headers, versions and streams. */
import assert from 'node:assert/strict';
import { createAnthropic } from '@ai-sdk/anthropic';
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage } from '@langchain/core/messages';
import { APICallError, generateText, jsonSchema, streamText, tool } from 'ai';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const model = 'claude-opus-5-5';
const prompt = 'Why is it flaky?';

describe('wire: LangChain and the AI SDK through the bridge', function () {
  this.timeout(30_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  const langChain = () =>
    new ChatAnthropic({
      model,
      apiKey: test.token,
      anthropicApiUrl: test.url,
      maxTokens: 8000,
      maxRetries: 0,
    });
  const aiSdk = () => createAnthropic({ apiKey: test.token, baseURL: `${test.url}/v1` })(model);

  it('LangChain’s model answers, streams and calls tools', async () => {
    test.core.fake.enqueue(answer('The timer.'));
    assert.equal((await langChain().invoke([new HumanMessage(prompt)])).text, 'The timer.');
    test.core.fake.enqueue(answer('One two three.'));
    const pieces: string[] = [];
    for await (const piece of await langChain().stream(prompt)) pieces.push(piece.text);
    assert.equal(pieces.join(''), 'One two three.');
    assert.ok(pieces.filter((piece) => piece !== '').length > 1);
    test.core.fake.enqueue(toolCall('toolu_1', 'look', { path: 'a.ts' }));
    const bound = langChain().bindTools([
      { name: 'look', description: 'Looks.', input_schema: { type: 'object', properties: {} } },
    ]);
    const { tool_calls } = await bound.invoke(prompt);
    assert.deepEqual(
      tool_calls?.map(({ name, args }) => [name, args]),
      [['look', { path: 'a.ts' }]],
    );
  });

  it('LangChain’s model hears of errors with their status', async () => {
    test.core.fake.enqueue({ kind: 'error', status: 429, message: 'Slow down' });
    await assert.rejects(langChain().invoke(prompt), /Slow down/);
  });

  it('the AI SDK answers, streams and calls tools', async () => {
    test.core.fake.enqueue(answer('The timer.'));
    const { text, usage } = await generateText({ model: aiSdk(), prompt, maxRetries: 0 });
    assert.equal(text, 'The timer.');
    assert.ok((usage.outputTokens ?? 0) > 0);
    test.core.fake.enqueue(answer('One two three.'));
    const pieces: string[] = [];
    for await (const piece of streamText({ model: aiSdk(), prompt, maxRetries: 0 }).textStream)
      pieces.push(piece);
    assert.equal(pieces.join(''), 'One two three.');
    test.core.fake.enqueue(toolCall('toolu_2', 'look', { path: 'a.ts' }));
    const { toolCalls } = await generateText({
      model: aiSdk(),
      prompt,
      maxRetries: 0,
      tools: { look: tool({ inputSchema: jsonSchema({ type: 'object', properties: {} }) }) },
    });
    assert.deepEqual(
      toolCalls.map(({ toolName, input }) => [toolName, input]),
      [['look', { path: 'a.ts' }]],
    );
  });

  it('the AI SDK hears of errors, with what tells it when to retry', async () => {
    test.core.fake.enqueue({ kind: 'error', status: 529, message: 'Too busy', retryAfter: 3 });
    const failed = await generateText({ model: aiSdk(), prompt, maxRetries: 0 }).catch(
      (error: unknown) => error,
    );
    assert.ok(APICallError.isInstance(failed), String(failed));
    assert.deepEqual(
      [failed.statusCode, failed.isRetryable, failed.responseHeaders?.['retry-after']],
      [529, true, '3'],
    );
  });

  it('threat 17: the AI SDK hears that a stream was cut off', async () => {
    test.core.fake.enqueue({ kind: 'truncate', text: 'Half an' });
    const errors: unknown[] = [];
    const stream = streamText({
      model: aiSdk(),
      prompt,
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    });
    await stream.consumeStream();
    assert.equal(errors.length, 1);
  });
});
