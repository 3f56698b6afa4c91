import assert from 'node:assert/strict';
import { watched } from '../../../../src/core/calls/watched.ts';
import type { ModelInfo, ProviderEvent } from '../../../../src/core/providers/provider.ts';
import type { LoggedCall } from '../../../../src/core/relay.ts';
import * as chat from '../../../support/openai/script.ts';
import { startTwo } from '../../../support/twoProviders.ts';
import { ask } from '../memory/talk.ts';

const model: ModelInfo = {
  provider: 'mine',
  id: 'small',
  name: 'Small',
  window: 1000,
  maxOutput: 100,
  images: false,
  pdfs: false,
  tools: false,
  thinking: false,
  tokenFactor: 1,
};
const usage = { inputTokens: 1, outputTokens: 2, cacheCreationTokens: 0, cacheReadTokens: 0 };

/** A clock that moves by 10 ms with each event. */
async function told(events: ProviderEvent[], most = events.length): Promise<LoggedCall[]> {
  const calls: LoggedCall[] = [];
  let now = 0;
  const clock = { now: () => 1_000, monotonic: () => now };
  async function* stream() {
    for (const event of events) {
      now += 10;
      yield event;
    }
  }
  const about = { model, operation: 'turn', door: 'mcp', sessionId: 's', client: 'c', masked: 2 } as const;
  let seen = 0;
  for await (const _ of watched(stream(), about, clock, (call) => void calls.push(call)))
    if (++seen === most) break;
  return calls;
}

describe('A request to a model that is watched', () => {
  const text: ProviderEvent = { type: 'text', block: 0, text: 'Hi' };
  const common = {
    at: 1_000,
    client: 'c',
    wire: 'mcp',
    operation: 'turn',
    provider: 'mine',
    model: 'mine/small',
    session: 's',
    stream: true,
    masked: 2,
  };
  const cases: [what: string, events: ProviderEvent[], line: object][] = [
    [
      'that is answered',
      [
        { type: 'start', model: 'small', requestId: 'req' },
        text,
        { type: 'stop', stopReason: 'end_turn', usage },
      ],
      { status: 200, outcome: 'done', usage, firstTokenMs: 20, requestId: 'req', totalMs: 30 },
    ],
    [
      'that fails',
      [
        { type: 'usage', usage },
        { type: 'error', error: { code: 'overloaded', message: '', action: 'retry' } },
      ],
      { status: 0, outcome: 'failed', usage, error: 'overloaded', totalMs: 20 },
    ],
    [
      'that is stopped',
      [text, { type: 'aborted' }],
      { status: 0, outcome: 'aborted', firstTokenMs: 10, totalMs: 20 },
    ],
  ];
  for (const [what, events, line] of cases)
    it(`${what} has one line in the log`, async () =>
      assert.deepEqual(await told(events), [{ ...common, ...line }]));

  it('that nobody listens to any more has its line all the same', async () => {
    const [line] = await told([text, text, { type: 'stop', stopReason: 'end_turn', usage }], 1);
    assert.deepEqual([line?.outcome, line?.totalMs], ['aborted', 10]);
  });

  it('has a line for a turn, and one for the title that the small model gives', async () => {
    const calls: LoggedCall[] = [];
    const two = await startTwo('openai', { contextTokens: 32_000 }, { add: (call) => void calls.push(call) });
    try {
      two.core.settings.smallModel = 'mine/fake-small';
      two.fake.always(() => chat.answer(JSON.stringify({ title: 'Uploads' })));
      const session = await two.core.store.create({ door: 'panel' });
      await ask(two.core, session.id, 'Uploads break when the server restarts');
      await two.core.engine.memory.idle(session.id);
      assert.equal(calls[1]?.model, 'mine/fake-small');
      assert.deepEqual(
        calls.map(({ operation, session: of, client }) => [operation, of, client]),
        [
          ['turn', session.id, 'owner'],
          ['title', session.id, 'owner'],
        ],
      );
    } finally {
      await two.core.close();
      await two.fake.close();
    }
  });
});
