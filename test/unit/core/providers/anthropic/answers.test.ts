import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ProviderEvent } from '../../../../../src/core/providers/provider.ts';
import { stopReasons } from '../../../../../src/protocol/content.ts';
import { answer, type ScriptedBlock, toolCall } from '../../../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../../../support/anthropic/server.ts';
import { ask, type Claude, claudeAt, errorOf, eventsOf, only, stream, textOf } from './claude.ts';

const tools = [{ name: 'write', description: 'Writes.', inputSchema: {} }];

describe('An answer of Claude', () => {
  let fake: FakeAnthropic;
  let claude: Claude;
  before(async () => {
    fake = await startFakeAnthropic();
    claude = claudeAt(fake);
  });
  after(() => fake.close());

  it('arrives whole however the bytes are cut, calls of tools too', async () => {
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null));
    const input = fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), value, { maxKeys: 4 });
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        text,
        input,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        async (words, call, size, slice) => {
          const [called] = toolCall('toolu_1', 'write', call, size).blocks;
          assert.ok(called);
          fake.enqueue({
            kind: 'answer',
            blocks: [{ type: 'text', deltas: [...words] }, called],
            stopReason: 'tool_use',
            sliceBytes: slice,
            pings: true,
          });
          const events = await stream(claude, { tools });
          assert.equal(textOf(events), words);
          assert.deepEqual(only(events, 'tool_use'), [
            {
              type: 'tool_use',
              block: 1,
              id: 'toolu_1',
              name: 'write',
              input: JSON.parse(JSON.stringify(call)),
            },
          ]);
          assert.equal(only(events, 'stop')[0]?.stopReason, 'tool_use');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has no half call of a tool when it was cut off in it', async () => {
    fake.enqueue({
      kind: 'answer',
      blocks: [
        { type: 'text', deltas: ['I write.'] },
        { type: 'tool_use', id: 'toolu_1', name: 'write', jsonDeltas: ['{"path":"a.ts","te'] },
      ],
      stopReason: 'max_tokens',
    });
    const events = await stream(claude, { tools });
    assert.deepEqual([textOf(events), only(events, 'tool_use')], ['I write.', []]);
    assert.equal(only(events, 'stop')[0]?.stopReason, 'max_tokens');
  });

  it('may call a tool without input', async () => {
    fake.enqueue({
      kind: 'answer',
      blocks: [{ type: 'tool_use', id: 'toolu_1', name: 'write', jsonDeltas: [] }],
      stopReason: 'tool_use',
    });
    assert.deepEqual(only(await stream(claude, { tools }), 'tool_use')[0]?.input, {});
  });

  for (const stopReason of stopReasons) {
    it(`that stops with ${stopReason} says so`, async () => {
      const blocks: ScriptedBlock[] = [{ type: 'text', deltas: ['Part.'] }];
      fake.enqueue({ kind: 'answer', blocks, stopReason });
      const events = await stream(claude);
      assert.deepEqual([textOf(events), only(events, 'stop')[0]?.stopReason], ['Part.', stopReason]);
    });
  }

  describe('threat 17: that is cut off', () => {
    /** The answer's own bytes, as the fake streams them. */
    const whole = async (): Promise<string> => {
      fake.enqueue(answer('One two, three: fünf.'));
      const response = await fetch(`${fake.url}/v1/messages`, {
        method: 'POST',
        headers: {
          'x-api-key': fake.key,
          'anthropic-version': '2026-10-21',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ model: ask().model, max_tokens: 10, messages: ask().messages, stream: true }),
      });
      return response.text();
    };

    it('is a failure wherever it ends in good order, and keeps the text that had come', async function () {
      this.timeout(30_000);
      const bytes = Buffer.from(await whole());
      const end = bytes.indexOf('event: message_stop');
      assert.ok(end > 0);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: end - 1 }), async (at) => {
          const body = bytes.subarray(0, at).toString('latin1');
          // A half character at the cut is what the cut leaves; its bytes are sent as they are.
          const cut = Buffer.from(body, 'latin1');
          fake.enqueue({
            kind: 'raw',
            status: 200,
            headers: { 'content-type': 'text/event-stream' },
            body: new TextDecoder().decode(cut),
          });
          const controller = new AbortController();
          const events: ProviderEvent[] = [];
          for await (const event of claude.provider.stream(ask(), controller.signal)) {
            events.push(event);
            // Before the first event the request would be sent once more, which is tested elsewhere.
            if (event.type === 'retrying') controller.abort();
          }
          const last = events.at(-1);
          if (last?.type === 'error') assert.equal(last.error.code, 'stream_truncated');
          else assert.equal(last?.type, 'aborted');
          assert.ok('One two, three: fünf.'.startsWith(textOf(events)), textOf(events));
          assert.deepEqual(only(events, 'stop'), []);
        }),
        { numRuns: 150 },
      );
    });

    it('after its last words and its stop reason is still a failure', async () => {
      const text = await whole();
      const body = text.slice(0, text.indexOf('event: message_stop'));
      fake.enqueue({ kind: 'raw', status: 200, headers: { 'content-type': 'text/event-stream' }, body });
      const events = await stream(claude);
      assert.equal(textOf(events), 'One two, three: fünf.');
      assert.equal(errorOf(events).code, 'stream_truncated');
    });
  });

  it('that ends without ever saying why is taken for cut off', async () => {
    const event = (type: string, more: object) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
    fake.enqueue({
      kind: 'raw',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: [
        event('message_start', {
          message: { id: 'm', model: 'm', usage: { input_tokens: 1, output_tokens: 1 } },
        }),
        event('content_block_start', { index: 0, content_block: { type: 'text', text: 'Part' } }),
        event('message_stop', {}),
      ].join(''),
    });
    const events = await stream(claude);
    assert.deepEqual([textOf(events), errorOf(events).code], ['Part', 'stream_truncated']);
  });

  it('can be stopped at any moment, and then ends as stopped and lets go of the request', async () => {
    const words = 'one two three four five';
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 9 }), async (moment) => {
        fake.requests.length = 0;
        fake.enqueue({ kind: 'answer', blocks: [{ type: 'text', deltas: words.split(/(?= )/) }] });
        const controller = new AbortController();
        const seen: ProviderEvent[] = [];
        if (moment === 0) controller.abort();
        for await (const event of claude.provider.stream(ask(), controller.signal)) {
          seen.push(event);
          if (seen.length === moment) controller.abort();
        }
        const ends = seen.filter(({ type }) => type === 'stop' || type === 'error' || type === 'aborted');
        assert.equal(ends.length, 1);
        assert.equal(seen.at(-1), ends[0]);
        // Start, usage, five words, usage, stop: after the last one there is nothing to stop.
        if (moment <= 8) assert.equal(seen.at(-1)?.type, 'aborted', `moment ${moment}`);
        assert.ok(words.startsWith(textOf(seen)));
        if (moment === 0) {
          assert.equal(fake.requests.length, 0);
          // What was not asked for must not answer the next case.
          await eventsOf(claude.provider.stream(ask(), new AbortController().signal));
        } else await fake.requests[0]?.closed;
      }),
      { numRuns: 40 },
    );
  });

  it('that is stopped while it waits for its first word ends as stopped', async () => {
    const waiting = await startFakeAnthropic();
    try {
      waiting.enqueue({ kind: 'silence' });
      const controller = new AbortController();
      const events = stream(claudeAt(waiting), {}, controller.signal);
      const request = await waiting.received(1);
      controller.abort();
      assert.deepEqual(await events, [{ type: 'aborted' }]);
      assert.equal(await request.closed, false);
    } finally {
      await waiting.close();
    }
  });
});
