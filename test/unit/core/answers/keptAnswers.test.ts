import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/emitter.ts';
import { type AnswerUse, KeptAnswers } from '../../../../src/core/answers/keptAnswers.ts';
import { claudeModels } from '../../../../src/core/providers/anthropic/models.ts';
import type { Provider, ProviderEvent, ProviderRequest } from '../../../../src/core/providers/provider.ts';
import type { StoreChange } from '../../../../src/core/session/store.ts';

const [model = assert.fail(), other = assert.fail()] = claudeModels;
const usage = { inputTokens: 10, outputTokens: 5, cacheCreationTokens: 0, cacheReadTokens: 0 };
const said: ProviderEvent[] = [
  { type: 'start', model: model.id, requestId: 'req_1' },
  { type: 'usage', usage },
  { type: 'thinking', block: 0, text: 'Hm.' },
  { type: 'text', block: 1, text: 'All is ' },
  { type: 'text', block: 1, text: 'well.' },
  { type: 'stop', stopReason: 'end_turn', usage },
];
const sent: ProviderRequest = {
  model: model.id,
  system: [{ text: 'Be brief.' }],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'How is it?' }] }],
  tools: [],
  maxOutputTokens: 100,
  question: 'How is it?',
};

describe('Answers of turns that may be given again', () => {
  let now = 0;
  let place = '';
  let asked = 0;
  let answers: ProviderEvent[] = said;
  let changes: Emitter<StoreChange>;
  let kept: KeptAnswers;
  const provider = (id = 'anthropic', remote = true): Provider => ({
    id,
    name: id,
    remote,
    availability: async () => ({ ready: true }),
    models: async () => [model],
    async *stream() {
      asked++;
      yield* answers;
    },
  });
  beforeEach(() => {
    now = 0;
    place = '';
    asked = 0;
    answers = said;
    changes = new Emitter(() => undefined);
    kept = new KeptAnswers({ now: () => 0, monotonic: () => now }, changes.event, () => place);
  });

  const use: AnswerUse = { scope: 'client one', lifeMs: 1000 };
  interface Asking {
    from?: Provider;
    by?: typeof model;
    cache?: AnswerUse;
    request?: ProviderRequest;
    sessionId?: string;
  }
  const ask = async ({
    from = provider(),
    by = model,
    cache = use,
    request = sent,
    sessionId = 's',
  }: Asking = {}): Promise<{ hit: boolean; events: ProviderEvent[] }> => {
    const source = await kept.source({ sessionId, provider: from, model: by, cache }, request);
    const events: ProviderEvent[] = [];
    for await (const event of source.stream(request, new AbortController().signal)) events.push(event);
    return { hit: source.hit, events };
  };

  it('come as they came, with nothing spent, and ask nobody', async () => {
    await ask();
    const { hit, events } = await ask();
    assert.deepEqual([hit, asked], [true, 1]);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['start', 'thinking', 'text', 'text', 'stop'],
    );
    const last = events.at(-1);
    assert.ok(last?.type === 'stop' && last.usage.outputTokens === 0 && last.usage.inputTokens === 0);
    assert.ok(!JSON.stringify(events).includes('req_1'), 'the id was the first request’s');
  });

  it('tell before anything comes whether they were kept', async () => {
    const told: boolean[] = [];
    const cache = { ...use, told: (hit: boolean) => void told.push(hit) };
    await ask({ cache });
    await ask({ cache });
    await ask({ cache, from: provider('offline', false) });
    assert.deepEqual(told, [false, true, false]);
  });

  function differ(what: string, more: () => Asking): void {
    it(`are not those of ${what}`, async () => {
      await ask();
      assert.equal((await ask(more())).hit, false);
    });
  }
  differ('another client', () => ({ cache: { ...use, scope: 'client two' } }));
  differ('another provider', () => ({ from: provider('mistral') }));
  differ('another model', () => ({ by: other }));
  differ('another conversation', () => ({ request: { ...sent, messages: [] } }));
  differ('another system prompt', () => ({ request: { ...sent, system: [] } }));
  differ('another ceiling', () => ({ request: { ...sent, maxOutputTokens: 99 } }));
  differ('another schema', () => ({ request: { ...sent, outputSchema: { type: 'object' } } }));
  differ('another address that is set', () => {
    place = 'http://127.0.0.1:1';
    return {};
  });

  const last = (more: Partial<Extract<ProviderEvent, { type: 'stop' }>>): ProviderEvent[] => [
    ...said.slice(0, -1),
    { type: 'stop', stopReason: 'end_turn', usage, ...more },
  ];
  const never: [string, ProviderEvent[]][] = [
    ['failed', [...said.slice(0, -1), { type: 'aborted' }]],
    ['was cut at its ceiling', last({ stopReason: 'max_tokens' })],
    ['refused', last({ stopReason: 'refusal' })],
    ['did not read the whole', last({ leftOut: [{ label: 'old', tokens: 1, reason: 'full' }] })],
    ['says nothing', said.filter(({ type }) => type !== 'text')],
    ['calls a tool', [{ type: 'tool_use', block: 2, id: 't', name: 'look', input: {} }, ...said]],
    ['is larger than a megabyte', [{ type: 'text', block: 1, text: 'x'.repeat(600_000) }, ...said]],
  ];
  for (const [what, events] of never) {
    it(`are never one that ${what}`, async () => {
      answers = events;
      await ask();
      assert.equal((await ask()).hit, false);
    });
  }

  it('are none that the asker does not accept', async () => {
    const cache = { ...use, accepts: (text: string) => text !== 'All is well.' };
    await ask({ cache });
    assert.equal((await ask({ cache })).hit, false);
  });

  it('are gone after their time, and with their session', async () => {
    await ask();
    now = 1000;
    assert.equal((await ask()).hit, false);
    changes.fire({ type: 'purged', own: true, sessionId: 'another' });
    assert.equal((await ask()).hit, true);
    changes.fire({ type: 'purged', own: false, sessionId: 's' });
    assert.equal((await ask()).hit, false);
  });
});
